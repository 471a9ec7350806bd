var e,t,n,r,i,a,o,s,c,l,u,d=Symbol.for(`pv`),f={},p=[],m=/^m(i|n|o|s|text|space)$/,h=Array.isArray,g=p.slice,_=Object.assign;function v(e){e&&e.parentNode&&e.remove()}function y(e,t,n){var r,i,a,o={},s=arguments.length;for(a in t)a==`key`?r=t[a]:a==`ref`&&typeof e!=`function`?i=t[a]:o[a]=t[a];return s>2&&(o.children=s>3?g.call(arguments,2):n),b(e,o,r,i,null)}function b(n,r,i,a,o){var s={type:n,props:r,key:i,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:d,__v:o||++t,__i:-1,__u:0};return!o&&e.vnode&&e.vnode(s),s}function x(e){return e.children}function S(e,t){this.props=e,this.context=t,this.__g=0}function C(e,t){if(t==null)return e.__&&C(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!=`function`||e.props.__P?null:C(e)}function w(t){var n,r=t.__v,i=r.__e,a=[],o=[],s=t.__P;s&&((n=_({constructor:d},r)).__v=r.__v+1,e.vnode&&e.vnode(n),re(s,n,r,t.__n,s.namespaceURI,32&r.__u?[i]:null,a,i||C(r),32&r.__u,o),n.__v=r.__v,n.__.__k[n.__i]=n,M(a,n,o),r.__=r.__e=null,n.__e!=i&&T(n))}function T(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),T(e)}function E(t){(8&t.__g||(t.__g|=8,r.push(t),a++))&&i==e.debounceRendering||((i=e.debounceRendering)||queueMicrotask)(D)}function D(){try{for(var e,t=1;r.length;)r.length>t&&r.sort(o),e=r.shift(),t=r.length,8&e.__g&&w(e)}finally{(a=r.length)&&(i||queueMicrotask)(D)}}function ee(e,t,n,r,i,a,o,s,c,l,u){var d,m,h,g,_,v,y=r.__k||p,b=t.length;for(c=O(n,t,y,c,b),d=0;d<b;d++)(h=n.__k[d])!=null&&(m=~h.__i&&y[h.__i]||f,h.__i=d,v=re(e,h,m,i,a,o,s,c,l,u),g=h.__e,(m.ref!=h.ref||8&m.__u)&&(m.ref&&N(m.ref,null,h,m),h.ref&&u.push(h.ref,h.__c||g,h)),_||=g,4&h.__u?(c=k(h,c,e,!m.__v),m.__e&&(m.__e=null)):typeof h.type==`function`&&v!==void 0?c=v:g&&(c=g.nextSibling),h.__u&=-21);return n.__e=_,c}function O(e,t,n,r,i){var a,o,s,c,l,u,f,p,m,g=n.length,_=g,v=0,y=0,S=e.__k=Array(i);for(a=0;a<i;a++)(o=t[a])!=null&&typeof o!=`boolean`&&typeof o!=`function`?(typeof o!=`object`||o.constructor===String?o=S[a]=b(null,o):h(o)?o=S[a]=b(x,{children:o}):o.constructor===d&&o.__b?o=S[a]=b(o.type,o.props,o.key,o.ref,o.__v):S[a]=o,c=a+v,o.__=e,o.__b=e.__b+1,s=null,~(l=o.__i=te(o,n,c,_))&&(_--,(s=n[l])&&(s.__u|=2)),s&&s.__v?(o.__u|=16,l==c-1?v--:l==c+1?v++:l!=c&&(l>c?v--:v++,y=1)):(~l||(i>g?v--:i<g&&v++),typeof o.type!=`function`&&(o.__u|=4))):S[a]=null;if(y){for(u=[],f=[],a=0;a<i;a++)if((o=S[a])&&16&o.__u){for(v=0,p=u.length;v<p;)u[m=v+p>>1]<o.__i?v=m+1:p=m;u[v]=o.__i,f[a]=v+1}for(v=u.length;a--;)f[a]&&(f[a]==v?v--:S[a].__u|=4)}if(_)for(a=0;a<g;a++)!(s=n[a])||2&s.__u||(s.__e==r&&(r=C(s)),se(s,s));return r}function k(e,t,n,r){var i,a,o,s;if(typeof e.type==`function`){if(e.props.__P)return t;if(i=e.__k)for(a=0;a<i.length;a++)i[a]&&(i[a].__=e,t=k(i[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=C(e))&&!t.parentNode&&(t=null),o=e.__e,s=t;s&&s.nodeType==8;)s=s.nextSibling;for(o!=s&&(!r&&n.moveBefore&&o.parentNode?n.moveBefore(o,t):n.insertBefore(o,t||null)),t=o;(t&&=t.nextSibling)&&t.nodeType==8&&!t.data.startsWith(`$s`););return t}function te(e,t,n,r){var i,a=e.key,o=e.type,s=t[n],c=s&&!(2&s.__u);if(s===null&&a==null||c&&a==s.key&&o==s.type)return n;if(r>+!!c){for(i=n-1;i>=0;i--)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i;for(i=n+1;i<t.length;i++)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i}return-1}function ne(e,t,n){n??=``,t[0]==`-`?e.setProperty(t,n):e[t]=n}function A(e,t,n,r,i){var a,o;if(t==`style`){if(typeof n==`string`)e.style.cssText=n;else{if(typeof r==`string`&&(e.style.cssText=r=``),r)for(t in r)n&&t in n||ne(e.style,t);if(n)for(t in n)r&&n[t]==r[t]||ne(e.style,t,n[t])}}else if(t[0]==`o`&&t[1]==`n`)typeof n!=`function`&&(n=null),typeof r!=`function`&&(r=null),(e.__e||={})[t]=n,n&&r||(o=u[t]||(u[t]=j(t)),(e.__a||={})[t]=l,a=t!=(t=t.replace(c,`$1`)),(t=t.slice(2))[0]<`a`&&(t=t.toLowerCase()),n?e.addEventListener(t,o,a):e.removeEventListener(t,o,a));else{if(i==`http://www.w3.org/2000/svg`)t=t.replace(/xlink(H|:h)/,`h`).replace(/sName$/,`s`);else if(t!=`width`&&t!=`height`&&t!=`href`&&t!=`list`&&t!=`form`&&t!=`tabIndex`&&t!=`download`&&t!=`rowSpan`&&t!=`colSpan`&&t!=`role`&&t!=`popover`&&t in e)try{e[t]=n??``;return}catch{}if(typeof n==`function`)return;n==null||!1===n&&t[4]!=`-`?e.removeAttribute(t):e.setAttribute(t,t==`popover`&&n==1?``:n)}}function j(t){return function(n){var r=this.__e;if(r){if(r=r[t],n[s]==null)n[s]=l++;else if(n[s]<this.__a[t])return;return r(e.event?e.event(n):n)}}}function re(t,n,r,i,a,o,s,c,l,u){var f,m,g,y,b,w,T,E,D,O,k,te,ne,A,j,re,M,N,P=n.type;if(n.constructor!==d)return null;128&r.__u&&(l=32&r.__u,f=r.__c.__z)&&(n.__u|=l,m=o=[],f.nodeType==8?c=ie(f,o):o.push(f),c=o[0]||c),(f=e.__b)&&f(n);n:if(typeof P==`function`){g=s.length;try{if(E=n.props,D=(f=P.prototype)&&f.render,O=(f=P.contextType)&&i[f.__c],k=f?O?O.props.value:f.__:i,(y=r.__c)?(n.__c=y,2&y.__g&&(y.__g|=1)):(D?n.__c=y=new P(E,k):(n.__c=y=new S(E,k),y.constructor=P,y.render=ce),O&&O.sub(y),y.state||(y.state={}),y.__n=i,y.__g|=8,y.__h=[],y.__k=[]),D&&(y.__s||(y.__s=y.state),P.getDerivedStateFromProps&&(y.__s==y.state&&(y.__s=_({},y.__s)),_(y.__s,P.getDerivedStateFromProps(E,y.__s)))),b=y.props,w=y.state,y.__v=n,r.__c){if(E!==b&&D&&!P.getDerivedStateFromProps&&y.componentWillReceiveProps&&y.componentWillReceiveProps(E,k),n.__v==r.__v&&!(8&y.__g)||!(4&y.__g)&&y.shouldComponentUpdate&&!1===y.shouldComponentUpdate(E,y.__s,k)){n.__v!=r.__v&&(y.props=E,y.state=y.__s,y.__g&=-9),n.__e=r.__e,n.__k=r.__k,n.__k.some(function(e){e&&(e.__=n)}),p.push.apply(y.__h,y.__k),y.__k=[],y.__h.length&&s.push(y),c=C(r);break n}y.componentWillUpdate&&y.componentWillUpdate(E,y.__s,k),D&&y.componentDidUpdate&&y.__h.push(function(){y.componentDidUpdate(b,w,T)})}else D&&!P.getDerivedStateFromProps&&y.componentWillMount&&y.componentWillMount(),D&&y.componentDidMount&&y.__h.push(y.componentDidMount);y.context=k,y.props=E,y.__P=t,y.__g&=-5,te=e.__r,ne=D?25:0;do y.__g&=-9,te&&te(n),f=y.render(y.props,y.state=y.__s,y.context);while(8&y.__g&&++ne<25);D&&(p.push.apply(y.__h,y.__k),y.__k=[]),y.state=y.__s,y.getChildContext&&(i=_({},i,y.getChildContext())),D&&r.__c&&y.getSnapshotBeforeUpdate&&(T=y.getSnapshotBeforeUpdate(b,w)),A=f&&f.type===x&&f.key==null?f.props.children:f,E.__P&&(f=c,a=(t=E.__P).namespaceURI,l=o=null,r.props&&r.props.__P!=t&&(r.__k.some(function(e){e&&se(e,e)}),r.__k=null),c=r.__k?C(r,0):null),c=ee(t,h(A)?A:[A],n,r,i,a,o,s,c,l,u),E.__P&&(n.__e=null,c=f),n.__u&=-161,m&&m.some(v),y.__h.length&&s.push(y),1&y.__g&&(y.__g&=-4)}catch(t){if(s.length=g,n.__v=null,l||o){if(t&&t.then){if(n.__u|=128|l,o){for(~(M=o.indexOf(c||void 0))||(M=o.length);(N=o[M-1])&&N.nodeType==8;)M--;for(;M<o.length;M++)if(N=o[M]){if(o[M]=null,j){if(N==re)break}else{if(N.nodeType!=8)break;N.data.startsWith(`$s`)&&(re=ie(j=N))}}}if(!j){for(;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;j=c}(f=ie(j=n.__c.__z||(n.__c.__z=j)))?(n.__e=j,c=f):n.__e=c,c&&=c.nextSibling}else o&&o.some(v)}else n.__e=r.__e;n.__k||=r.__k||[],t&&t.then||ae(n),e.__e(t,n,r)}}else c=n.__e=oe(r.__e,n,r,i,a,o,s,l,u,t);return(f=e.diffed)&&f(n),c}function ie(e,t){if(e&&e.nodeType==8&&e.data.startsWith(`$s`))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith(`$s`))n++;else if(e.data.startsWith(`/$s`)&&!--n)return e}t&&t.push(e)}}function ae(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(ae))}function M(t,n,r){for(var i=0;i<r.length;)N(r[i++],r[i++],r[i++]);e.__c&&e.__c(n,t),t.some(function(n){try{t=n.__h,n.__h=[],t.some(function(e){e.call(n)})}catch(t){e.__e(t,n.__v)}})}function oe(t,n,r,i,a,o,s,c,l,u){var d,p,_,y,b,x,S,w,T=r.props||f,E=n.props,D=n.type;if(D==`svg`?a=`http://www.w3.org/2000/svg`:D==`math`?a=`http://www.w3.org/1998/Math/MathML`:a||=`http://www.w3.org/1999/xhtml`,o){for(d=0;d<o.length;d++)if((b=o[d])&&(D?b.localName==D:b.nodeType==3)){t=b,o[d]=null;break}}if(!t){if(w=u.ownerDocument||document,!D)return w.createTextNode(E);t=w.createElementNS(a,D,E.is?E:u),c&&=(e.__m&&e.__m(n,o),!1),o=null}if(D){if(u=D==`template`&&t.content||t,o=D==`textarea`&&E.defaultValue!=null?null:o&&g.call(u.childNodes),!c&&o)for(T={},d=0;d<t.attributes.length;d++)T[(b=t.attributes[d]).name]=b.value;for(d in T)b=T[d],d==`dangerouslySetInnerHTML`?_=b:d==`children`||d in E||d==`value`&&`defaultValue`in E||d==`checked`&&`defaultChecked`in E||A(t,d,null,b,a);for(d in E)b=E[d],d==`children`?y=b:d==`dangerouslySetInnerHTML`?p=b:d==`value`?x=b:d==`checked`?S=b:c&&typeof b!=`function`||T[d]===b||A(t,d,b,T[d],a);p?(c||_&&(p.__html==_.__html||p.__html==t.innerHTML)||(t.innerHTML=p.__html),n.__k=[]):(_&&(t.textContent=``),(D==`foreignObject`||a==`http://www.w3.org/1998/Math/MathML`&&m.test(D))&&(a=`http://www.w3.org/1999/xhtml`),ee(u,h(y)?y:[y],n,r,i,a,o,s,o?o[0]:r.__k&&C(r,0),c,l),o&&o.some(v)),c&&D!=`textarea`||(d=`value`,D==`progress`&&x==null?t.removeAttribute(d):x==null||x===t[d]&&(D!=`progress`||x)||A(t,d,x,T[d],a),d=`checked`,S!=null&&S!=t[d]&&A(t,d,S,T[d],a))}else T===E||c&&t.data==E||(t.data=E);return t}function N(t,n,r,i){try{typeof t==`function`?n?n.__x=t(n)||1:(i&&=i.__c||i.__e)&&(n=i.__x)&&(i.__x=null,typeof n==`function`?n():t(null)):t.current=n}catch(t){e.__e(t,r)}}function se(t,n,r){var i,a,o,s;if(e.unmount&&e.unmount(t),!(i=t.ref)||i.current&&i.current!=t.__e||N(i,null,n,t),i=t.__c){if(i.componentWillUnmount)try{i.componentWillUnmount()}catch(t){e.__e(t,n)}i.__P=i.__n=null}if(i=t.__k)for(s=0;s<i.length;s++)i[s]&&se(i[s],n,typeof t.type!=`function`||r&&!t.props.__P);!r&&(i=t.__c)&&(i=i.__z)&&(a=ie(i,o=[]))&&(i==t.__e&&o.some(v),v(a),v(i)),r||v(t.__e),t.__e=t.__c=t.__=null}function ce(e,t,n){return this.constructor(e,n)}function P(t,n){var r,i,a,o;e.__&&e.__(t,n),n.nodeType==9&&(n=n.documentElement),i=(r=t&&32&t.__u)?null:n.__k,n.__k=b(x,{children:[t]}),a=[],o=[],re(n,n.__k,i||f,f,n.namespaceURI,i?null:n.firstChild?g.call(n.childNodes):null,a,i?i.__e:n.firstChild,r,o),M(a,n.__k,o),n.__k.props.children=null}e={__e:function(e,t,n,r){for(var i,o,s;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((s=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(e)),i.componentDidCatch&&(i.componentDidCatch(e,r||{}),s=1),s&&8&i.__g)return void(i.__g|=2)}catch(t){e=t}}throw a=0,e}},t=0,n=function(e){return e!=null&&e.constructor===d},S.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=_({},this.state)),typeof e==`function`&&(e=e(_({},n),this.props)),e&&(_(n,e),this.__v&&(t&&this.__k.push(t),E(this)))},S.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),E(this))},S.prototype.render=x,r=[],a=0,o=function(e,t){return e.__v.__b-t.__v.__b},s=Symbol(),c=/(PointerCapture)$|Capture$/i,l=0,u={};var le,F,ue,de,fe=Object.is,pe=0,me=[],he=[],I=e,ge=I.__b,_e=I.__r,ve=I.diffed,ye=I.__c,be=I.unmount,xe=I.__;function Se(e,t){I.__h&&I.__h(F,e,pe||t),pe=0;var n=F.__H||(F.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function L(e){return pe=1,Ce(Fe,e)}function Ce(e,t,n){var r=Se(le++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Fe(void 0,t),function(e){var t=(r.__N||r.__)[0],n=r.t(t,e);fe(t,n)||(r.__N=[n,r.__[1]],r.__c.setState({}))}],r.__c=F,!F.__f)){F.__f=!0;var i=F.shouldComponentUpdate;F.shouldComponentUpdate=function(e,t,n){var r=this.__H;if(!r)return!0;var a=!1,o=this.props!=e;if(r.__.some(function(e){e.__N&&(a=!0,fe(e.__[0],e.__N[0])||(o=!0))}),i){var s=i.call(this,e,t,n);return a?s||o:s}return!a||o}}return r.__}function we(e,t){var n=Se(le++,3);!I.__s&&Pe(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,F.__H.__h.push(n))}function Te(e,t){var n=Se(le++,4);!I.__s&&Pe(n.__H,t)&&(n.__P=!1,n.__=e,n.u=t,F.__h.push(n))}function R(e){return pe=5,Ee(function(){return{current:e}},[])}function Ee(e,t){var n=Se(le++,7);return Pe(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function De(){var e=Se(le++,11);if(!e.__){for(var t=F.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__=`P`+n[0]+`-`+n[1]++}return e.__}function Oe(){var e;do{for(;e=he.shift();)try{Me(e)}catch(t){I.__e(t,{__:(e=e.__P)&&e.__v})}for(;e=me.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Me),t.__h.some(Ne),t.__h=[]}catch(n){t.__h=[],I.__e(n,e.__v)}}}while(he.length)}I.__b=function(e){F=null,ge&&ge(e)},I.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),xe&&xe(e,t)},I.__r=function(e){_e&&_e(e),le=0;var t=(F=e.__c).__H;t&&(ue==F?F.__h=[]:(t.__h.some(Me),t.__h.some(Ne),le=0),t.__h=[],t.__.some(function(e){e.__N&&(e.__=e.__N),e.u=e.__N=void 0})),ue=F},I.diffed=function(e){ve&&ve(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&je(me.push(t)),t.__H.__.some(function(e){e.u&&(e.__H=e.u)})),ue=F=null},I.__c=function(e,t){t.some(function(e){try{e.__h.some(Me),e.__h=e.__h.filter(function(e){return!e.__||Ne(e)})}catch(t){e.__h=[function(){throw t}]}}),ye&&ye(e,t)},I.unmount=function(e){be&&be(e);var t,n,r=e.__c;r&&r.__H&&(r.__H.__.some(function(r){try{if(r.__P&&r.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n&&=n.__c}r.__P=n,je(he.push(r))}else Me(r)}catch(e){t=e}}),r.__H=void 0,t&&I.__e(t,r.__v))};var ke=typeof requestAnimationFrame==`function`;function Ae(e){var t,n=function(){clearTimeout(r),ke&&cancelAnimationFrame(t),setTimeout(e)},r=setTimeout(n,35);ke&&(t=requestAnimationFrame(n))}function je(e){e!=1&&de==I.requestAnimationFrame||((de=I.requestAnimationFrame)||Ae)(Oe)}function Me(e){var t=F,n=e.__c;typeof n==`function`&&(e.__c=void 0,n()),F=t}function Ne(e){var t=F;e.__c=e.__(),F=t}function Pe(e,t){return!e||e.length!=t.length||t.some(function(t,n){return!fe(t,e[n])})}function Fe(e,t){return typeof t==`function`?t(e):t}var Ie=Symbol.for(`preact-signals`);function Le(){if(He>1)He--;else{var e,t=!1;for((function(){var e=Ke;for(Ke=void 0;e!==void 0;){var t=e.S;if(t.v===e.v)for(var n=t.t;n!==void 0;n=n.x)n.i===e.i&&(n.i=t.i);e=e.o}})();Ve!==void 0;){var n=Ve;for(Ve=void 0,Ue++;n!==void 0;){var r=n.u;if(n.u=void 0,n.f&=-3,!(8&n.f)&&Ye(n))try{n.c()}catch(n){t||=(e=n,!0)}n=r}}if(Ue=0,He--,t)throw e}}function Re(e){if(He>0)return e();Ge=++We,He++;try{return e()}finally{Le()}}var ze,z=void 0;function Be(e){var t=z,n=ze;z=void 0,ze=void 0;try{return e()}finally{z=t,ze=n}}var Ve=void 0,He=0,Ue=0,We=0,Ge=0,Ke=void 0,qe=0;function Je(e){if(z!==void 0){var t=e.n;if(t===void 0||t.t!==z)return t={i:0,S:e,p:z.s,n:void 0,t:z,e:void 0,x:void 0,r:t},z.s!==void 0&&(z.s.n=t),z.s=t,e.n=t,32&z.f&&e.S(t),t;if(t.i===-1)return t.i=0,t.n!==void 0&&(t.n.p=t.p,t.p!==void 0&&(t.p.n=t.n),t.p=z.s,t.n=void 0,z.s.n=t,z.s=t),t}}function B(e,t){this.v=e,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=t?.watched,this.Z=t?.unwatched,this.name=t?.name}B.prototype.brand=Ie,B.prototype.h=function(){return!0},B.prototype.S=function(e){var t=this,n=this.t;n!==e&&e.e===void 0&&(e.x=n,this.t=e,n===void 0?Be(function(){var e;(e=t.W)==null||e.call(t)}):n.e=e)},B.prototype.U=function(e){var t=this;if(this.t!==void 0){var n=e.e,r=e.x;n!==void 0&&(n.x=r,e.e=void 0),r!==void 0&&(r.e=n,e.x=void 0),e===this.t&&(this.t=r,r===void 0&&Be(function(){var e;(e=t.Z)==null||e.call(t)}))}},B.prototype.subscribe=function(e){var t=this;return U(function(){var n=t.value;Be(function(){return e(n)})},{name:`sub`})},B.prototype.valueOf=function(){return this.value},B.prototype.toString=function(){return this.value+``},B.prototype.toJSON=function(){return this.value},B.prototype.peek=function(){var e=this;return Be(function(){return e.value})},Object.defineProperty(B.prototype,"value",{get:function(){var e=Je(this);return e!==void 0&&(e.i=this.i),this.v},set:function(e){if(e!==this.v){if(Ue>100)throw Error(`Cycle detected`);(function(e){He!==0&&Ue===0&&e.l!==Ge&&(e.l=Ge,Ke={S:e,v:e.v,i:e.i,o:Ke})})(this),this.v=e,this.i++,qe++,He++;try{for(var t=this.t;t!==void 0;t=t.x)t.t.N()}finally{Le()}}}});function V(e,t){return new B(e,t)}function Ye(e){for(var t=e.s;t!==void 0;t=t.n)if(t.S.i!==t.i||!t.S.h()||t.S.i!==t.i)return!0;return!1}function Xe(e){for(var t=e.s;t!==void 0;t=t.n){var n=t.S.n;if(n!==void 0&&(t.r=n),t.S.n=t,t.i=-1,t.n===void 0){e.s=t;break}}}function Ze(e){for(var t=e.s,n=void 0;t!==void 0;){var r=t.p;t.i===-1?(t.S.U(t),r!==void 0&&(r.n=t.n),t.n!==void 0&&(t.n.p=r)):n=t,t.S.n=t.r,t.r!==void 0&&(t.r=void 0),t=r}e.s=n}function Qe(e,t){B.call(this,void 0,t),this.x=e,this.s=void 0,this.g=qe-1,this.f=4}Qe.prototype=new B,Qe.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===qe))return!0;if(this.g=qe,this.f|=1,this.i>0&&!Ye(this))return this.f&=-2,!0;var e=z;try{Xe(this),z=this;var t=this.x();(16&this.f||this.v!==t||this.i===0)&&(this.v=t,this.f&=-17,this.i++)}catch(e){this.v=e,this.f|=16,this.i++}return z=e,Ze(this),this.f&=-2,!0},Qe.prototype.S=function(e){if(this.t===void 0){this.f|=36;for(var t=this.s;t!==void 0;t=t.n)t.S.S(t)}B.prototype.S.call(this,e)},Qe.prototype.U=function(e){if(this.t!==void 0&&(B.prototype.U.call(this,e),this.t===void 0)){this.f&=-33;for(var t=this.s;t!==void 0;t=t.n)t.S.U(t)}},Qe.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var e=this.t;e!==void 0;e=e.x)e.t.N()}},Object.defineProperty(Qe.prototype,"value",{get:function(){if(1&this.f)throw Error(`Cycle detected`);var e=Je(this);if(this.h(),e!==void 0&&(e.i=this.i),16&this.f)throw this.v;return this.v}});function H(e,t){return new Qe(e,t)}function $e(e){var t=e.j;if(e.j=void 0,typeof t==`function`){He++;var n=z;z=void 0;try{t()}catch(t){throw e.f&=-2,e.f|=8,et(e),t}finally{z=n,Le()}}}function et(e){for(var t=e.s;t!==void 0;t=t.n)t.S.U(t);e.x=void 0,e.s=void 0,$e(e)}function tt(e){if(z!==this)throw Error(`Out-of-order effect`);Ze(this),z=e,this.f&=-2;try{8&this.f&&et(this)}finally{Le()}}function nt(e,t){this.x=e,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=t?.name,ze&&ze.push(this)}nt.prototype.c=function(){var e=this.S();try{if(8&this.f||this.x===void 0)return;var t=this.x();typeof t==`function`&&(this.j=t)}finally{e()}},nt.prototype.S=function(){if(1&this.f)throw Error(`Cycle detected`);this.f|=1,this.f&=-9,$e(this),Xe(this),He++;var e=z;return z=this,tt.bind(this,e)},nt.prototype.N=function(){2&this.f||(this.f|=2,this.u=Ve,Ve=this)},nt.prototype.d=function(){this.f|=8,1&this.f||et(this)},nt.prototype.dispose=function(){this.d()};function U(e,t){var n=new nt(e,t);try{n.c()}catch(e){throw n.d(),e}var r=n.d.bind(n);return r[Symbol.dispose]=r,r}var rt,it,at=typeof window<`u`&&!!window.__PREACT_SIGNALS_DEVTOOLS__,ot=[];U(function(){rt=this.N})();function st(t,n){e[t]=n.bind(null,e[t]||function(){})}function ct(e){if(it){var t=it;it=void 0,t()}it=e&&e.S()}function lt(e){var t=this,r=e.data,i=dt(r);i.name=`ReactiveDom`,i.value=r;var a=Ee(function(){for(var e=t,r=t.__v;r=r.__;)if(r.__c){r.__c.__$f|=4;break}var a=H(function(){var e=i.value.value;return e===0?0:!0===e?``:e||``}),o=H(function(){return!Array.isArray(a.value)&&!n(a.value)}),s=U(function(){if(this.N=mt,o.value){var t=a.value;e.__v&&e.__v.__e&&e.__v.__e.nodeType===3&&(e.__v.__e.data=t)}}),c=t.__$u.d;return t.__$u.d=function(){s(),c.call(this)},[o,a]},[]),o=a[0],s=a[1];return o.value?s.peek():s.value}lt.displayName=`ReactiveTextNode`,Object.defineProperties(B.prototype,{constructor:{configurable:!0,value:y(x,null).constructor},type:{configurable:!0,value:lt},props:{configurable:!0,get:function(){var e=this;return{data:{get value(){return e.value}}}}},__b:{configurable:!0,value:1}}),st(`__b`,function(e,t){if(ct(),typeof t.type==`string`){var n,r=t.props;for(var i in r)if(i!==`children`){var a=r[i];a instanceof B&&(n||(t.__np=n={}),n[i]=a,r[i]=a.peek())}}e(t)}),st(`__r`,function(e,t){if(e(t),t.type!==x){ct();var n,r=t.__c;r&&(r.__$f&=-2,(n=r.__$u)===void 0&&(r.__$u=n=function(e,t){var n;return U(function(){n=this},{name:t}),n.c=e,n}(function(e){return function(){var t;at&&((t=this.y)==null||t.call(this)),e.__$f|=1,e.setState({})}}(r),typeof t.type==`function`?t.type.displayName||t.type.name:``))),ct(n)}}),st(`__e`,function(e,t,n,r){ct(),e(t,n,r)}),st(`diffed`,function(e,t){ct();var n;if(typeof t.type==`string`&&(n=t.__e)){var r=t.__np,i=t.props,a=n.U;if(a)for(var o in a){var s=a[o];s===void 0||r&&o in r||(s.d(),a[o]=void 0)}if(r)for(var c in a||(a={},n.U=a),r){var l=a[c],u=r[c];l===void 0?(l=ut(n,c,u,i),a[c]=l):l.o(u,i)}}e(t)});function ut(e,t,n,r){var i=t in e&&e.ownerSVGElement===void 0,a=V(n);return{o:function(e,t){a.value=e,r=t},d:U(function(){this.N=mt;var n=a.value.value;r[t]!==n&&(r[t]=n,i?e[t]=n:n!=null&&(!1!==n||t[4]===`-`)?e.setAttribute(t,n):e.removeAttribute(t))})}}st(`unmount`,function(e,t){if(typeof t.type==`string`){var n=t.__e;if(n){var r=n.U;if(r)for(var i in n.U=void 0,r){var a=r[i];a&&a.d()}}var o=t.__np;if(o){var s=t.props;for(var c in o)s[c]=o[c]}t.__np=void 0}else{var l=t.__c;if(l){l.__$f|=8;var u=l.__$u;u&&(l.__$u=void 0,u.d())}}e(t)}),st(`__h`,function(e,t,n,r){r<3&&(t.__$f|=2),e(t,n,r)}),S.prototype.shouldComponentUpdate=function(e,t){if(this.__R)return!0;var n=this.__$u,r=n&&n.s!==void 0;for(var i in t)return!0;if(this.__f||typeof this.u==`boolean`&&!0===this.u){var a=2&this.__$f;if(!(r||a||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var o in e)if(o!==`__source`&&e[o]!==this.props[o])return!0;for(var s in this.props)if(!(s in e))return!0;return!1};function dt(e,t){return Ee(function(){return V(e,t)},[])}var ft=function(e){queueMicrotask(function(){queueMicrotask(e)})};function pt(){Re(function(){for(var e;e=ot.shift();)rt.call(e)})}function mt(){ot.push(this)===1&&(e.requestAnimationFrame||ft)(pt)}var ht=V(null),gt=V(null),_t=H(()=>{let e=[ht.value,gt.value];return[`connecting`,`catching up`,`live`].find(t=>e.includes(t))??null}),W=V(null),vt=700,yt=4e3,bt=!1,xt;U(()=>{let e=_t.value;if(clearTimeout(xt),e===null){W.value=null;return}if(e===`live`){let e=W.peek()!==null,t=ht.peek()!==null;W.value=e&&bt&&t?`caught up`:null,bt=!0,e&&(xt=setTimeout(()=>{W.value=null},yt));return}let t=e===`catching up`?e:bt?`reconnecting`:`connecting`;W.peek()!==null&&W.peek()!==`caught up`?W.value=t:xt=setTimeout(()=>{W.value=t},vt)});function St(){bt=!1,ht.value=null,gt.value=null,W.value=null}var G=class e extends Error{code;retryable;fields;retryAfterMs;name=`ParlanceError`;constructor(e,t,n,r={},i,a){super(e,a),this.code=t,this.retryable=n,this.fields=r,this.retryAfterMs=i}static of(t){let n=t.find(e=>!wt(e))??t[0];if(!n)return new e(`The server answered without a reason.`,`INTERNAL_SERVER_ERROR`,!1);let{code:r,retryAfterMs:i}=n.extensions??{};return new e(n.message,typeof r==`string`?r:`INTERNAL_SERVER_ERROR`,wt(n),Tt(n),typeof i==`number`?i:void 0)}static network(t){return new e(`The server cannot be reached.`,`NETWORK`,!0,{},void 0,{cause:t})}static signedOut(){return new e(`Nobody is signed in.`,`SIGNED_OUT`,!1)}static replaced(){return new e(`Somebody else is signed in now.`,`SIGNED_OUT`,!1)}static from(t){return t instanceof e?t:e.network(t)}},Ct=[`SERVICE_UNAVAILABLE`,`RATE_LIMITED`,`REQUEST_TIMEOUT`,`TOKEN_EXPIRED`];function wt({extensions:e}){return e?.retryable===!0||e?.retryable!==!1&&Ct.includes(String(e?.code))}function Tt({message:e,extensions:t}){let{field:n,fields:r}=t??{},i=Array.isArray(r)?r.map(String):typeof n==`string`?[n]:[],a=i.map(t=>e.startsWith(`${t}: `)?0:e.indexOf(`; ${t}: `)),o={};for(let[t,n]of i.entries()){let r=a[t]??-1,i=Math.min(...a.filter(e=>e>r),e.length),s=r<0?e:e.slice(r,i).replace(/^; /,``);o[n]=s.startsWith(`${n}: `)?s.slice(n.length+2):s}return o}function Et(e,t){return new Promise(n=>{let r=()=>{clearTimeout(i),t?.removeEventListener(`abort`,r),n()},i=setTimeout(r,e);t?.aborted?r():t?.addEventListener(`abort`,r)})}function Dt(e){return(.5+Math.random()/2)*Math.min(100*2**e,5e3)}async function Ot(e,{signal:t,nudged:n}={}){for(let r=1;;r+=1)try{return await e()}catch(e){let i=G.from(e);if(!i.retryable||t?.aborted||(await kt(i.retryAfterMs??Dt(r),t,n),t?.aborted))throw i}}async function kt(e,t,n){let r=new AbortController,i=n?.(()=>r.abort());await Et(e,t?AbortSignal.any([t,r.signal]):r.signal),i?.()}var At=[1008,1009,4400,4406,4409,4429];function jt({socket:e,session:t,nudged:n},{document:r,load:i,variables:a,take:o,onPhase:s}){let c=new AbortController,{signal:l}=c,u=t.tokens(),d=!1,f=0,p,m=()=>{};l.addEventListener(`abort`,()=>m());let h=e=>{e===p||l.aborted||(p=e,s(e))},g=()=>new Promise((t,n)=>{let i=!1,s=e.subscribe({query:r.toString(),variables:a()},{next({data:e,errors:r}){if(l.aborted||i)return;if(r?.length||!e)return i=!0,n(G.of(r??[]));f=0,p!==`live`&&h(`catching up`);let a=o(e);a===`caught up`&&h(`live`),a===`over`&&(i=!0,t(!0))},error:e=>n(Mt(e)),complete:()=>t(!1)});m=()=>{s(),t(!0)}});return{stop:()=>c.abort(),ended:(async()=>{for(;!l.aborted;){h(`connecting`);try{if(d||=(await Ot(()=>i(l),{signal:l,nudged:n}),!0),await u(),l.aborted||await g())return null}catch(e){if(l.aborted)return null;let t=G.from(e);if((t.code===`UNAUTHENTICATED`||t.code===`SESSION_REVOKED`)&&(t=await Nt(u)),t.code===`RESYNC_REQUIRED`)d=!1;else if(!t.retryable)return t}f+=1,h(`connecting`),await kt(Dt(f),l,n)}return null})()}}function Mt(e){if(e instanceof G)return e;if(Array.isArray(e))return G.of(e);let t=Number(e?.code);return t===4401?new G(`The session has ended.`,`UNAUTHENTICATED`,!1):At.includes(t)?new G(`The server refuses the connection (${t}).`,`FORBIDDEN`,!1):G.network(e)}async function Nt(e){try{return await e(await e()),G.network(`a fresh token`)}catch(e){return G.from(e)}}var K=class extends String{__apiType;value;__meta__;constructor(e,t){super(e),this.value=e,this.__meta__=t}toString(){return this.value}};new K(`
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
    `,{fragmentName:`UserFields`}),new K(`
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`ConversationFields`}),new K(`
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`MemberFields`}),new K(`
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`MessageFields`}),new K(`
    fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`AuthFields`});var Pt=new K(`
    query Conversations($first: Int!, $after: String) {
  server {
    epoch
  }
  conversations(first: $first, after: $after) {
    nodes {
      ...ConversationFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Ft=new K(`
    query OpenConversation($id: ID!, $last: Int!) {
  server {
    epoch
  }
  conversation(id: $id) {
    ...ConversationFields
    messages(last: $last, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
    members(first: 100) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),It=new K(`
    query ConversationUnread($id: ID!) {
  conversation(id: $id) {
    id
    readSeq
    unreadCount
  }
}
    `),Lt=new K(`
    query Members($id: ID!, $first: Int!, $after: String) {
  conversation(id: $id) {
    id
    members(first: $first, after: $after) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Rt=new K(`
    mutation StartDirectConversation($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),zt=new K(`
    mutation CreateConversation($input: CreateConversationInput!) {
  createConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Bt=new K(`
    mutation UpdateConversation($input: UpdateConversationInput!) {
  updateConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Vt=new K(`
    mutation DeleteConversation($input: DeleteConversationInput!) {
  deleteConversation(input: $input) {
    conversationId
  }
}
    `),Ht=new K(`
    mutation AddParticipants($input: AddParticipantsInput!) {
  addParticipants(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Ut=new K(`
    mutation RemoveParticipant($input: RemoveParticipantInput!) {
  removeParticipant(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Wt=new K(`
    mutation SetMemberRole($input: SetMemberRoleInput!) {
  setMemberRole(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Gt=new K(`
    mutation LeaveConversation($input: LeaveConversationInput!) {
  leaveConversation(input: $input) {
    conversationId
  }
}
    `),Kt=new K(`
    subscription ConversationEvents($conversationId: ID!, $afterEventSeq: Int!, $epoch: ID!) {
  conversationEvents(
    conversationId: $conversationId
    afterEventSeq: $afterEventSeq
    epoch: $epoch
  ) {
    __typename
    ... on MessageAdded {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageEdited {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageDeleted {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MemberJoined {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on MemberLeft {
      eventSeq
      at
      actor {
        ...UserFields
      }
      user {
        ...UserFields
      }
    }
    ... on MemberRoleChanged {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on ConversationUpdated {
      eventSeq
      at
      actor {
        ...UserFields
      }
      conversation {
        id
        title
      }
    }
    ... on ConversationDeleted {
      eventSeq
      at
      actor {
        ...UserFields
      }
    }
    ... on ReadPositionMoved {
      user {
        ...UserFields
      }
      readSeq
    }
    ... on Typing {
      user {
        ...UserFields
      }
      typing
      expiresAt
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),qt=new K(`
    subscription InboxEvents($known: [ConversationHeadInput!]!, $activeSince: DateTime, $epoch: ID!) {
  inboxEvents(known: $known, activeSince: $activeSince, epoch: $epoch) {
    __typename
    ... on ConversationAdvanced {
      conversationId
      eventSeq
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationAdded {
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationRemoved {
      conversationId
    }
    ... on ReadPositionMoved {
      conversationId
      readSeq
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Jt=new K(`
    query OlderMessages($id: ID!, $last: Int!, $before: String!) {
  conversation(id: $id) {
    id
    messages(last: $last, before: $before, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);new K(`
    query MessageByClientId($clientMessageId: UUID!) {
  messageByClientId(clientMessageId: $clientMessageId) {
    ...MessageFields
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);var Yt=new K(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    deduplicated
    eventSeq
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Xt=new K(`
    mutation EditMessage($input: EditMessageInput!) {
  editMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Zt=new K(`
    mutation DeleteMessage($input: DeleteMessageInput!) {
  deleteMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Qt=new K(`
    mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) {
    conversation {
      id
      readSeq
      unreadCount
    }
  }
}
    `),$t=new K(`
    mutation SetTyping($input: SetTypingInput!) {
  setTyping(input: $input) {
    conversationId
  }
}
    `);new K(`
    query Viewer {
  viewer {
    ...UserFields
    email
    role
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);var en=new K(`
    query FindPeople($search: String!, $first: Int!) {
  users(first: $first, filter: {search: $search}) {
    nodes {
      ...UserFields
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),tn=new K(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),nn=new K(`
    mutation Login($input: LoginInput!) {
  login(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),rn=new K(`
    mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),an=new K(`
    mutation Logout {
  logout {
    sessionId
  }
}
    `);function on(e,t){let{conversationId:n}=t,r={eventSeq:0,epoch:``};return jt(e,{document:Kt,async load(e){r=await t.load(e)},variables:()=>({conversationId:n,afterEventSeq:r.eventSeq,epoch:r.epoch}),take({conversationEvents:e}){return`eventSeq`in e?e.eventSeq<=r.eventSeq?void 0:(t.onEvent(e),r={...r,eventSeq:e.eventSeq},e.__typename===`ConversationDeleted`?`over`:void 0):(t.onEvent(e),e.__typename===`CaughtUp`?`caught up`:void 0)},onPhase:e=>t.onPhase?.(e)})}function sn(e,t){let n=``,r=null,i=new Map,a=(e,t)=>{i.delete(e),i.set(e,t)};return jt(e,{document:qt,async load(e){let o=await t.load(e);({epoch:n,activeSince:r}=o),i.clear();for(let{id:e,eventSeq:t}of o.heads)a(e,t)},variables(){return{known:[...i].slice(-500).map(([e,t])=>({conversationId:e,eventSeq:t})),activeSince:r,epoch:n}},take({inboxEvents:e}){switch(t.onEvent(e),e.__typename){case`ConversationAdvanced`:a(e.conversationId,e.eventSeq);return;case`ConversationAdded`:a(e.conversation.id,e.conversation.eventSeq);return;case`ConversationRemoved`:i.delete(e.conversationId);return;case`CaughtUp`:return`caught up`;default:return}},onPhase:e=>t.onPhase?.(e)})}var cn=6e4,ln=5e3,un=class{#e=null;#t=null;#n=new Set;#r;#i;#a;#o;constructor(e,t,n){this.#r=e,this.#i=t,this.#a=n,this.#o=t.read()?.user??null,t.watch(()=>this.#p(t.read()?.user??null))}get user(){return this.#o}onChange(e){return this.#n.add(e),()=>this.#n.delete(e)}async register(e){let{register:t}=await this.#r(tn,{input:e});return this.#d(t),t.user}async login(e){let{login:t}=await this.#r(nn,{input:e});return this.#d(t),t.user}async logout(){let[e,t]=[this.#e,this.#i.read()];if(this.#f(),t)try{let n=e&&e.userId===t.user.id&&Date.now()<e.renewAt?e.token:(await this.#u(t)).accessToken;await this.#r(an,{},{token:n})}catch{}}token(e){return this.tokens()(e)}tokens(){let e=this.#o?.id;return async t=>{let{token:n,userId:r}=await this.#s(t);if(e!==void 0&&r!==e)throw G.replaced();return n}}async#s(e){let t=this.#e;return t&&t.token!==e&&Date.now()<t.renewAt&&t.userId===this.#o?.id?t:(this.#t??=this.#a(()=>this.#c()).finally(()=>{this.#t=null}),this.#t)}async#c(){for(;;){let e=this.#i.read();if(!e)throw this.#f(),G.signedOut();try{let t=await this.#u(e),n=this.#i.read();if(n?.user.id!==e.user.id)continue;return this.#d(t,n.refreshToken===e.refreshToken)}catch(t){let n=G.from(t);if(n.retryable)throw n;if(await this.#l(e,n))continue;throw this.#f(),G.signedOut()}}}async#l({refreshToken:e},{code:t}){let n=t===`SESSION_REVOKED`,r=Date.now()+ln;for(;;){if(this.#i.read()?.refreshToken!==e)return!0;if(n||Date.now()>r)return!1;await Et(100)}}async#u({refreshToken:e}){return(await this.#r(rn,{input:{refreshToken:e}})).refreshToken}#d({accessToken:e,refreshToken:t,expiresAt:n,user:r},i=!0){let a=dn(e)??Date.parse(n)-Date.now(),o=Math.min(cn,a/3),s={token:e,userId:r.id,renewAt:Date.now()+a-o};return this.#e=s,i&&this.#i.write({refreshToken:t,user:r}),this.#p(r),s}#f(){this.#e=null,this.#i.write(null),this.#p(null)}#p(e){let t=e?.id!==this.#o?.id;if(this.#o=e,t){this.#e?.userId!==e?.id&&(this.#e=null);for(let t of this.#n)t(e)}}};function dn(e){try{let t=e.split(`.`)[1]??``,{iat:n,exp:r}=JSON.parse(atob(t.replaceAll(`-`,`+`).replaceAll(`_`,`/`)));return r>n?(r-n)*1e3:null}catch{return null}}function q(e){return e===null?`null`:Array.isArray(e)?`array`:typeof e}function fn(e){return q(e)===`object`}function pn(e){return Array.isArray(e)&&e.length>0&&e.every(e=>`message`in e)}function mn(e,t){return e.length<124?e:t}var J=(e=>(e[e.InternalServerError=4500]=`InternalServerError`,e[e.InternalClientError=4005]=`InternalClientError`,e[e.BadRequest=4400]=`BadRequest`,e[e.BadResponse=4004]=`BadResponse`,e[e.Unauthorized=4401]=`Unauthorized`,e[e.Forbidden=4403]=`Forbidden`,e[e.SubprotocolNotAcceptable=4406]=`SubprotocolNotAcceptable`,e[e.ConnectionInitialisationTimeout=4408]=`ConnectionInitialisationTimeout`,e[e.ConnectionAcknowledgementTimeout=4504]=`ConnectionAcknowledgementTimeout`,e[e.SubscriberAlreadyExists=4409]=`SubscriberAlreadyExists`,e[e.TooManyInitialisationRequests=4429]=`TooManyInitialisationRequests`,e))(J||{}),Y=(e=>(e.ConnectionInit=`connection_init`,e.ConnectionAck=`connection_ack`,e.Ping=`ping`,e.Pong=`pong`,e.Subscribe=`subscribe`,e.Next=`next`,e.Error=`error`,e.Complete=`complete`,e))(Y||{});function hn(e){if(!fn(e))throw Error(`Message is expected to be an object, but got ${q(e)}`);if(!e.type)throw Error(`Message is missing the 'type' property`);if(typeof e.type!=`string`)throw Error(`Message is expects the 'type' property to be a string, but got ${q(e.type)}`);switch(e.type){case`connection_init`:case`connection_ack`:case`ping`:case`pong`:if(e.payload!=null&&!fn(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object or nullish or missing, but got "${e.payload}"`);break;case`subscribe`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${q(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!fn(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${q(e.payload)}`);if(typeof e.payload.query!=`string`)throw Error(`"${e.type}" message payload expects the 'query' property to be a string, but got ${q(e.payload.query)}`);if(e.payload.variables!=null&&!fn(e.payload.variables))throw Error(`"${e.type}" message payload expects the 'variables' property to be a an object or nullish or missing, but got ${q(e.payload.variables)}`);if(e.payload.operationName!=null&&q(e.payload.operationName)!==`string`)throw Error(`"${e.type}" message payload expects the 'operationName' property to be a string or nullish or missing, but got ${q(e.payload.operationName)}`);if(e.payload.extensions!=null&&!fn(e.payload.extensions))throw Error(`"${e.type}" message payload expects the 'extensions' property to be a an object or nullish or missing, but got ${q(e.payload.extensions)}`);break;case`next`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${q(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!fn(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${q(e.payload)}`);break;case`error`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${q(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!pn(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an array of GraphQL errors, but got ${JSON.stringify(e.payload)}`);break;case`complete`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${q(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);break;default:throw Error(`Invalid message 'type' property "${e.type}"`)}return e}function gn(e,t){return hn(typeof e==`string`?JSON.parse(e,t):e)}function _n(e,t){return hn(e),JSON.stringify(e,t)}function vn(e){let{url:t,connectionParams:n,lazy:r=!0,onNonLazyError:i=console.error,lazyCloseTimeout:a=0,keepAlive:o=0,disablePong:s,connectionAckWaitTimeout:c=0,retryAttempts:l=5,retryWait:u=async function(e){let t=2**e;await new Promise(e=>setTimeout(e,t*1e3+Math.floor(Math.random()*2700+300)))},shouldRetry:d=bn,on:f,webSocketImpl:p,generateID:m=function(){return`xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g,e=>{let t=Math.random()*16|0;return(e==`x`?t:t&3|8).toString(16)})},jsonMessageReplacer:h,jsonMessageReviver:g}=e,_;if(p){if(!Sn(p))throw Error(`Invalid WebSocket implementation provided`);_=p}else typeof WebSocket<`u`?_=WebSocket:typeof global<`u`?_=global.WebSocket||global.MozWebSocket:typeof window<`u`&&(_=window.WebSocket||window.MozWebSocket);if(!_)throw Error("WebSocket implementation missing; on Node you can `import WebSocket from 'ws';` and pass `webSocketImpl: WebSocket` to `createClient`");let v=_,y=(()=>{let e=(()=>{let e={};return{on(t,n){return e[t]=n,()=>{delete e[t]}},emit(t){`id`in t&&e[t.id]?.(t)}}})(),t={connecting:f?.connecting?[f.connecting]:[],opened:f?.opened?[f.opened]:[],connected:f?.connected?[f.connected]:[],ping:f?.ping?[f.ping]:[],pong:f?.pong?[f.pong]:[],message:f?.message?[e.emit,f.message]:[e.emit],closed:f?.closed?[f.closed]:[],error:f?.error?[f.error]:[]};return{onMessage:e.on,on(e,n){let r=t[e];return r.push(n),()=>{let e=r.indexOf(n);e>-1&&r.splice(e,1)}},emit(e,...n){for(let r of[...t[e]])r(...n)}}})();function b(e){let t=[y.on(`error`,n=>{t.forEach(e=>e()),e(n)}),y.on(`closed`,n=>{t.forEach(e=>e()),e(n)})];return()=>t.forEach(e=>e())}let x,S=0,C,w=!1,T=0,E=!1;async function D(){clearTimeout(C);let[e,r]=await(x??=new Promise((e,r)=>(async()=>{if(w){if(await u(T),!S)return x=void 0,r({code:1e3,reason:`All Subscriptions Gone`});T++}y.emit(`connecting`,w);let i=new v(typeof t==`function`?await t():t,`graphql-transport-ws`),a,l;function d(){isFinite(o)&&o>0&&(clearTimeout(l),l=setTimeout(()=>{i.readyState===v.OPEN&&(i.send(_n({type:Y.Ping})),y.emit(`ping`,!1,void 0))},o))}b(e=>{x=void 0,clearTimeout(a),clearTimeout(l),r(e),e instanceof yn&&(i.close(4499,`Terminated`),i.onerror=null,i.onclose=null)}),i.onerror=e=>y.emit(`error`,e),i.onclose=e=>y.emit(`closed`,e),i.onopen=async()=>{try{y.emit(`opened`,i);let e=typeof n==`function`?await n():n;if(i.readyState!==v.OPEN)return;i.send(_n(e?{type:Y.ConnectionInit,payload:e}:{type:Y.ConnectionInit},h)),isFinite(c)&&c>0&&(a=setTimeout(()=>{i.close(J.ConnectionAcknowledgementTimeout,`Connection acknowledgement timeout`)},c)),d()}catch(e){y.emit(`error`,e),i.close(J.InternalClientError,mn(e instanceof Error?e.message:String(e),`Internal client error`))}};let f=!1;i.onmessage=({data:t})=>{try{let n=gn(t,g);if(y.emit(`message`,n),n.type===`ping`||n.type===`pong`){y.emit(n.type,!0,n.payload),n.type===`pong`?d():s||(i.send(_n(n.payload?{type:Y.Pong,payload:n.payload}:{type:Y.Pong},h)),y.emit(`pong`,!1,n.payload));return}if(f)return;if(n.type!==Y.ConnectionAck)throw Error(`First message cannot be of type ${n.type}`);clearTimeout(a),f=!0,y.emit(`connected`,i,n.payload,w),w=!1,T=0;let r=new Promise((e,t)=>b(t));r.catch(()=>{}),e([i,r])}catch(e){i.onmessage=null,y.emit(`error`,e),i.close(J.BadResponse,mn(e instanceof Error?e.message:String(e),`Bad response`))}}})()));e.readyState===v.CLOSING&&await r;let i=()=>{},l=new Promise(e=>i=e);return[e,i,new Promise((t,n)=>{let i=b(n);e.readyState!==v.OPEN&&r.catch(n),l.then(()=>{if(i(),!S){let t=()=>e.close(1e3,`Normal Closure`);isFinite(a)&&a>0?(clearTimeout(C),C=setTimeout(()=>{!S&&e.readyState===v.OPEN&&t()},a)):t()}t()})})]}function ee(e){if(bn(e)&&(xn(e.code)||[J.InternalServerError,J.InternalClientError,J.BadRequest,J.BadResponse,J.Unauthorized,J.SubprotocolNotAcceptable,J.SubscriberAlreadyExists,J.TooManyInitialisationRequests].includes(e.code)))throw e;if(E)return!1;if(bn(e)&&e.code===1e3)return S>0;if(!l||T>=l||!d(e))throw e;return w=!0}r||(async()=>{for(S++;;)try{let[,,e]=await D();await e}catch(e){try{if(!ee(e))return}catch(e){return i?.(e)}}})();function O(e,t){let n=m(e),r=!1,i=!1,a=()=>{S--,r=!0};return(async()=>{for(S++;;)try{let[o,s,c]=await D();if(r)return c.catch(()=>{}),s();let l=y.onMessage(n,e=>{switch(e.type){case Y.Next:t.next(e.payload);return;case Y.Error:i=!0,r=!0,t.error(e.payload),a();return;case Y.Complete:r=!0,a();return}});o.send(_n({id:n,type:Y.Subscribe,payload:e},h)),a=()=>{!r&&o.readyState===v.OPEN&&o.send(_n({id:n,type:Y.Complete},h)),S--,r=!0,s()},await c.finally(l);return}catch(e){if(!ee(e))return}})().then(()=>{i||t.complete()}).catch(e=>{t.error(e)}),()=>{r||a()}}return{on:y.on,subscribe:O,iterate(e){let t=[],n={done:!1,error:null,resolve:()=>{}},r=O(e,{next(e){t.push(e),n.resolve()},error(e){n.done=!0,n.error=e,n.resolve()},complete(){n.done=!0,n.resolve()}}),i=async function*(){for(;;){for(t.length||await new Promise(e=>n.resolve=e);t.length;)yield t.shift();if(n.error)throw n.error;if(n.done)return}}();return i.throw=async e=>(n.done||(n.done=!0,n.error=e,n.resolve()),{done:!0,value:void 0}),i.return=async()=>(r(),{done:!0,value:void 0}),i},async dispose(){if(E=!0,x){let[e]=await x;e.close(1e3,`Normal Closure`)}},terminate(){x&&y.emit(`closed`,new yn)}}}var yn=class extends Error{name=`TerminatedCloseEvent`;message=`4499: Terminated`;code=4499;reason=`Terminated`;wasClean=!1};function bn(e){return fn(e)&&`code`in e&&`reason`in e}function xn(e){return![1e3,1001,1006,1005,1012,1013,1014].includes(e)&&e>=1e3&&e<=1999}function Sn(e){return typeof e==`function`&&`constructor`in e&&`CLOSED`in e&&`CLOSING`in e&&`CONNECTING`in e&&`OPEN`in e}var Cn=1e4,wn=5e3,Tn=3e3;function En({url:e,session:t,webSocketImpl:n}){let r,i=``,a,o,s=(e,n)=>{clearTimeout(o);let a=typeof e==`string`?Date.parse(e)-Date.now():NaN;if(Number.isNaN(a))return;let s=Math.max(250,Math.min(a-3e4,a*2/3));o=setTimeout(async()=>{try{i=await t.token(i),r===n&&n.readyState===1&&n.send(JSON.stringify({type:`ping`,payload:{accessToken:i}}))}catch{}},s)};return vn({url:e.replace(/^http/,`ws`),connectionParams:async()=>(i=await t.token(),{authorization:`Bearer ${i}`}),...n!==void 0&&{webSocketImpl:n},keepAlive:Cn,lazyCloseTimeout:Tn,retryAttempts:0,on:{connected(e,t){r=e,s(t?.expiresAt,r)},ping(e){e||(clearTimeout(a),a=setTimeout(()=>{r.readyState===1&&r.close(4408,`No pong`)},wn))},pong(e,t){if(!e)return;clearTimeout(a);let{expiresAt:n}=t??{};n!==void 0&&s(n,r)},closed(){clearTimeout(a),clearTimeout(o)}}})}function Dn(){let e=crypto.getRandomValues(new Uint8Array(16));return e[6]=(e[6]??0)&15|64,e[8]=(e[8]??0)&63|128,Array.from(e,e=>e.toString(16).padStart(2,`0`)).join(``).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/,`$1-$2-$3-$4-$5`)}function On(){let e=null;return{read:()=>e,write:t=>{e=t},watch:()=>()=>{}}}function kn(e=`parlance.session`){let t=null;return{read(){try{let t=JSON.parse(localStorage.getItem(e)??`null`);return typeof t?.refreshToken==`string`&&typeof t?.user?.id==`string`?t:null}catch{return t}},write(n){t=n;try{n?localStorage.setItem(e,JSON.stringify(n)):localStorage.removeItem(e)}catch{}},watch(t){let n=n=>{(n.key===e||n.key===null)&&t()};return globalThis.addEventListener?.(`storage`,n),()=>globalThis.removeEventListener?.(`storage`,n)}}}function An(e=`parlance.refresh`){let t=globalThis.navigator?.locks;return t?async n=>await t.request(e,n):Nn(e)}var jn=1e4,Mn=40;function Nn(e){let t=Dn(),n=()=>{let{tab:t,until:n}=JSON.parse(localStorage.getItem(e)??`{}`);return n>Date.now()&&n<=Date.now()+jn?t:null},r=()=>{n()===t&&localStorage.removeItem(e)},i=async()=>{for(;;){if(n()===null&&(localStorage.setItem(e,JSON.stringify({tab:t,until:Date.now()+jn})),await Et(Mn),n()===t))return;await Et(Mn*(1+Math.random()))}};return async e=>{try{await i()}catch{return e()}globalThis.addEventListener?.(`pagehide`,r);try{return await e()}finally{globalThis.removeEventListener?.(`pagehide`,r),r()}}}var Pn=15e3;function Fn(e,t){return async(n,r,{token:i,signal:a}={})=>{let o=AbortSignal.timeout(Pn),s;try{s=await(await t(e,{method:`POST`,headers:{accept:`application/graphql-response+json, application/json;q=0.9`,"content-type":`application/json`,...i&&{authorization:`Bearer ${i}`}},body:JSON.stringify({query:n.toString(),variables:r}),signal:a?AbortSignal.any([a,o]):o})).json()}catch(e){throw G.network(e)}if(s.errors?.length)throw G.of(s.errors);if(!s.data)throw G.network(s);return s.data}}function In(e,t){return async(n,r)=>{let i=e(),a=e=>{let i=new Headers(r?.headers);return i.set(`authorization`,`Bearer ${e}`),t(n,{...r,headers:i})},o=await i(),s=await a(o);return s.status===401?a(await i(o)):s}}function Ln({url:e,storage:t,lock:n,webSocketImpl:r,fetch:i}){let a=`${e.replace(/\/$/,``)}/graphql`,o=i??((...e)=>globalThis.fetch(...e)),s=Fn(a,o),c=new un(s,t??(`localStorage`in globalThis?kn():On()),n??An()),l=En({url:a,session:c,webSocketImpl:r});c.onChange(()=>l.terminate());let u=new Set,d=e=>(u.add(e),()=>u.delete(e)),f={socket:l,session:c,nudged:d},p=async(e,t,n,r)=>{let i=await e();try{return await s(t,n,{token:i,signal:r})}catch(a){let{code:o}=G.from(a);if(o!==`TOKEN_EXPIRED`&&o!==`UNAUTHENTICATED`&&o!==`SESSION_REVOKED`)throw a;return s(t,n,{token:await e(i),signal:r})}},m=async(e,t,{signal:n,persist:r}={})=>{let i=c.tokens(),a=()=>p(i,e,t,n);return r?Ot(a,{signal:n,nudged:d}):a()};return{session:c,endpoint:a,socket:l,fetch:In(()=>c.tokens(),o),request:m,async sendMessage(e,t={}){let n={...e,clientMessageId:e.clientMessageId??Dn()};return(await m(Yt,{input:n},{...t,persist:!0})).sendMessage},followConversation:e=>on(f,e),followInbox:e=>sn(f,e),nudge:()=>{for(let e of[...u])e()}}}var X=Ln({url:location.origin});addEventListener(`online`,()=>X.nudge()),document.addEventListener(`visibilitychange`,()=>{document.visibilityState===`visible`&&X.nudge()});var Rn=`parlance.outbox.`,zn=class{#e=V([]);unsent=H(()=>this.#e.value.filter(({message:e})=>!e).length);isBusy=H(()=>this.#e.value.some(({message:e,failure:t})=>!e&&!t));#t;#n=new AbortController;#r=new Map;constructor(e){this.#t=Rn+e,Bn(this.#t);try{let e=JSON.parse(sessionStorage.getItem(this.#t)??`[]`);Array.isArray(e)&&(this.#e.value=e)}catch{}for(let e of this.#e.value)!e.failure&&!e.message&&this.#i(e)}stop(){this.#n.abort(),Bn()}of(e){return this.#e.value.filter(t=>t.conversationId===e)}send(e,t,n){let r={clientMessageId:Dn(),conversationId:e,body:t.trim(),replyTo:n,at:new Date().toISOString(),failure:null,message:null,seenAs:null};this.#s([...this.#e.peek(),r]),this.#i(r)}again(e){this.#o(e.clientMessageId,{failure:null}),this.#i(e)}discard({clientMessageId:e}){this.#s(this.#e.peek().filter(t=>t.clientMessageId!==e))}saw({id:e,body:t},n){let r=this.of(n);if(r.some(({message:t})=>t?.id===e))return;let i=r.filter(({message:e,seenAs:t})=>!e&&!t).find(e=>e.body===t);i&&this.#o(i.clientMessageId,{seenAs:e})}shown(e,t){let n=({message:n,conversationId:r})=>r===e&&n!==null&&n.seq<=t;this.#e.peek().some(n)&&this.#s(this.#e.peek().filter(e=>!n(e)))}requote({id:e,body:t,deletedAt:n}){let r=this.#e.peek();r.some(({replyTo:t})=>t?.id===e)&&this.#s(r.map(r=>r.replyTo?.id===e?{...r,replyTo:{...r.replyTo,body:t,deletedAt:n}}:r))}#i(e){let t=this.#r.get(e.conversationId)??Promise.resolve();this.#r.set(e.conversationId,t.then(()=>this.#a(e)))}async#a({clientMessageId:e,conversationId:t,body:n,replyTo:r}){let i={conversationId:t,body:n,clientMessageId:e,replyToId:r?.id??null};try{let{message:t}=await X.sendMessage(i,{signal:this.#n.signal});this.#o(e,{message:t})}catch(t){if(this.#n.signal.aborted)return;this.#o(e,{failure:G.from(t).message,seenAs:null})}}#o(e,t){let n=this.#e.peek();this.#s(n.map(n=>n.clientMessageId===e?{...n,...t}:n))}#s(e){if(!this.#n.signal.aborted){this.#e.value=e;try{sessionStorage.setItem(this.#t,JSON.stringify(e))}catch{}}}};function Bn(e){try{for(let t of Object.keys(sessionStorage))t.startsWith(Rn)&&t!==e&&sessionStorage.removeItem(t)}catch{}}var Vn=V(null),Hn=V(X.session.user),Un=V(``),Wn=!1;X.session.onChange(e=>{let t=Vn.peek()?.unsent.peek()??0,n=t>0?` ${t===1?`One message was`:`${t} messages were`} not sent.`:``;Un.value=e||Wn?``:`Your session has ended.${n} Please sign in again.`,Zn.value=[],Hn.value=e});async function Gn(){Wn=!0;try{await X.session.logout()}finally{Wn=!1}}function Kn(){let[,e,t]=location.hash.split(`/`);return e===`c`&&t?{screen:`room`,id:qn(t)}:{screen:e===`register`||e===`login`?e:`home`}}function qn(e){try{return decodeURIComponent(e)}catch{return e}}var Jn=V(Kn());addEventListener(`hashchange`,()=>{Jn.value=Kn()});var Yn=e=>`#/c/${encodeURIComponent(e)}`;function Xn(e){location.hash=e}var Zn=V([]),Qn=5e3,$n=0;function er(e,t=null){$n+=1;let n=$n;Zn.value=[...Zn.peek(),{key:n,words:e,messageId:t}],setTimeout(()=>{Zn.value=Zn.peek().filter(e=>e.key!==n)},Qn)}function tr(e){Zn.value=Zn.peek().filter(t=>t.messageId!==e)}var nr=Symbol.for(`pv`),rr=0;Array.isArray;function Z(t,n,r,i,a,o){n||={};var s,c,l=n;if(`ref`in l&&typeof t!=`function`)for(c in l={},n)c==`ref`?s=n[c]:l[c]=n[c];var u={type:t,props:l,key:r,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:nr,__v:--rr,__i:-1,__u:0};return(a||o)&&(u.__source=a,u.__self=o),e.vnode&&e.vnode(u),u}var ir={connecting:`Connecting…`,reconnecting:`Connection lost. Reconnecting… What you write is sent as soon as it is back.`,"catching up":`Catching up…`,"caught up":`Back, and up to date. You missed nothing.`};function ar(){let e=W.value;return Z(x,{children:[Z(`div`,{class:`banner-place`,role:`status`,children:e&&Z(`p`,{class:`banner`,"data-state":e,children:[Z(`span`,{class:`dot`,"aria-hidden":`true`}),ir[e]]})}),Z(`div`,{class:`unseen`,"aria-live":`polite`,children:Zn.value.map(({key:e,words:t})=>Z(`p`,{children:t},e))})]})}var or={back:`M15 5l-7 7 7 7`,close:`M6 6l12 12M18 6L6 18`,compose:`M12 5v14M5 12h14`,down:`M12 5v13m0 0l-6-6m6 6l6-6`,edit:`M4 20l1-4.5L16 4.5l3.5 3.5L8.500 19z`,group:`M9 11a3.2 3.2 0 100-6.400 3.2 3.2 0 000 6.400zM3.500 19a5.500 5.500 0 0111 0M16 5a3 3 0 010 6M17 14a5 5 0 013.500 5`,info:`M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01`,leave:`M14 4h4a2 2 0 012 2v12a2 2 0 01-2 2h-4M10 8l-4 4 4 4M6 12h9`,reply:`M9 7l-5 5 5 5M4 12h9a7 7 0 017 7`,search:`M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4`,send:`M5 12l15-7-5 15-3.500-6z`,trash:`M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13`,tick:`M5 12.500l4.500 4.500L19 7.500`};function Q({name:e}){return Z(`svg`,{class:`icon`,viewBox:`0 0 24 24`,"aria-hidden":`true`,focusable:`false`,children:Z(`path`,{d:or[e]})})}function sr({list:e}){let t=e.isLoaded.value&&e.inOrder.value.length===0;return Z(`main`,{class:`empty`,"aria-label":`No conversation is open`,children:Z(`div`,{children:[Z(`span`,{class:`emblem`,children:Z(Q,{name:`send`})}),Z(`h2`,{children:t?`Say hello to somebody`:`Pick a conversation`}),Z(`p`,{class:`hint`,children:t?`Find people by their name and start the first conversation.`:`Or start another with the plus sign above the list.`})]})})}var cr=`Deleted account`;function $(e){return e.username.includes(` `)?cr:`${e.firstName} ${e.lastName}`.trim()||e.username}function lr(e){let t=e.split(/[\s._-]+/).filter(Boolean);return(t.length>1?[t[0],t.at(-1)]:[t[0]]).map(e=>[...e??``][0]??``).join(``).toUpperCase()||`?`}function ur(e){let t=0;for(let n of e)t=t*31+n.charCodeAt(0)>>>0;return t%8}function dr(e,t=3){let n=e.length>t+1?e.slice(0,t):e,r=e.length-n.length,i=r>0?`${r} others`:n.at(-1),a=r>0?n:n.slice(0,-1);return a.length>0?`${a.join(`, `)} and ${i}`:i??``}function fr(e,t){return e.title?e.title:dr(e.participants.filter(({id:e})=>e!==t).map($),2)||(e.kind===`GROUP`?`Only you`:cr)}function pr(e,t){let n=e.participants.find(({id:e})=>e!==t);return e.kind===`DIRECT`&&n?n.id:e.id}var mr=new Intl.DateTimeFormat(void 0,{hour:`numeric`,minute:`2-digit`}),hr=new Intl.DateTimeFormat(void 0,{weekday:`short`}),gr=new Intl.DateTimeFormat(void 0,{day:`numeric`,month:`short`}),_r=new Intl.DateTimeFormat(void 0,{weekday:`long`,day:`numeric`,month:`long`,year:`numeric`}),vr=new Intl.DateTimeFormat(void 0,{dateStyle:`full`,timeStyle:`medium`}),yr=e=>new Date(e).setHours(0,0,0,0),br=e=>Math.round((yr(new Date)-yr(e))/864e5),xr=e=>mr.format(new Date(e)),Sr=e=>vr.format(new Date(e)),Cr=(e,t)=>yr(new Date(e))===yr(new Date(t));function wr(e){let t=new Date(e),n=br(t);return n<=0?mr.format(t):n===1?`Yesterday`:(n<7?hr:gr).format(t)}function Tr(e){let t=new Date(e),n=br(t);return n===0?`Today`:n===1?`Yesterday`:_r.format(t)}function Er({id:e,name:t,isGroup:n=!1}){return Z(`span`,{class:`avatar hue-${ur(e)}`,"aria-hidden":`true`,children:n?Z(Q,{name:`group`}):lr(t)})}function Dr({label:e,name:t,type:n=`text`,autocomplete:r,hint:i,wrong:a,...o}){let{isFirst:s=!1,isRequired:c=!0,maxLength:l=254,value:u}=o,d=De(),f=R(null);we(()=>{s&&f.current?.focus()},[s,a]);let p=a?`${d}-wrong`:i?`${d}-hint`:void 0;return Z(`div`,{class:`field`,children:[Z(`label`,{for:d,children:e}),Z(`input`,{ref:f,id:d,name:t,type:n,autocomplete:r,autocapitalize:`none`,spellcheck:!1,required:c,maxLength:l,defaultValue:u,"aria-invalid":a?`true`:void 0,"aria-describedby":p}),a?Z(`p`,{class:`wrong`,id:`${d}-wrong`,children:a}):i&&Z(`p`,{class:`hint`,id:`${d}-hint`,children:i})]})}var Or=e=>`${e.charAt(0).toUpperCase()}${e.slice(1)}${/[.!?]$/.test(e)?``:`.`}`;function kr({message:e,viewerId:t,onShow:n,tabIndex:r=0}){let i=e.sender.id===t?`You`:$(e.sender),a=Z(x,{children:[n&&Z(`span`,{class:`unseen`,children:`In answer to `}),Z(`strong`,{children:i}),Z(`span`,{children:e.deletedAt?`This message was deleted.`:e.body})]});return n?Z(`button`,{type:`button`,class:`quote`,tabIndex:r,onClick:n,children:a}):Z(`span`,{class:`quote`,children:a})}var Ar=16384,jr=e=>new TextEncoder().encode(e.trim()).length;function Mr({room:e}){let t=De(),n=R(null),[r,i]=L(null),[a,o]=L(!1),[s,c,l]=[e.replying.value,e.editing.value,e.draft.value],[u,d]=L(``),f=c?u:l,p=t=>{c?d(t):e.draft.value=t};we(()=>{i(null),d(c?.body??``),(s||c||matchMedia(`(pointer: fine)`).matches)&&n.current?.focus()},[e,s,c]),Te(()=>{let e=n.current;e&&(e.style.height=`auto`,e.style.height=`${e.scrollHeight+2}px`)},[f]);let m=jr(f)-Ar,h=f.trim()===``,g=m>0?`This is ${m.toLocaleString()} bytes too long.`:r;async function _(){if(c&&!a){if(f.trim()===c.body)return y();o(!0);try{let t={id:c.id,body:f,expectedRevision:c.revision};e.put((await X.request(Xt,{input:t})).editMessage.message),er(`Saved`),y()}catch(e){i(Or(G.from(e).message))}finally{o(!1)}}}function v(){if(!(h||m>0)){if(c)return void _();e.send(f),e.draft.value=``,n.current?.focus()}}function y(){e.replying.value=null,e.editing.value=null}function b(t){if(!t.isComposing){if(t.key===`Enter`&&!t.shiftKey&&!t.altKey&&matchMedia(`(pointer: fine)`).matches)t.preventDefault(),v();else if(t.key===`Escape`&&(s||c))t.preventDefault(),y();else if(t.key===`ArrowUp`&&f===``&&!c){let n=e.messages.peek().findLast(({sender:t,deletedAt:n})=>t.id===e.viewerId&&!n);if(!n)return;t.preventDefault(),e.replying.value=null,e.editing.value=n}}}let x=c??s;return Z(`form`,{class:`composer`,onSubmit:e=>{e.preventDefault(),v()},children:[x&&Z(`div`,{class:`subject`,children:[Z(Q,{name:c?`edit`:`reply`}),Z(`span`,{class:`unseen`,children:c?`Editing`:`Answering`}),Z(kr,{message:x,viewerId:e.viewerId}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":c?`Stop editing`:`Do not answer this message`,onClick:()=>{y(),n.current?.focus()},children:Z(Q,{name:`close`})})]}),g&&Z(`p`,{class:`wrong`,role:`alert`,id:`${t}-wrong`,children:g}),Z(`div`,{class:`writing`,children:[Z(`label`,{class:`unseen`,for:t,children:c?`New words`:`Message`}),Z(`textarea`,{ref:n,id:t,rows:1,placeholder:c?`New words`:`Write a message`,value:f,"aria-invalid":g?`true`:void 0,"aria-describedby":g?`${t}-wrong`:void 0,onInput:({currentTarget:{value:t}})=>{p(t),c||(t.trim()===``?e.typing.stop():e.typing.pressed())},onKeyDown:b,onBlur:()=>e.typing.stop()}),Z(`button`,{type:`submit`,class:`primary round`,"aria-label":c?`Save`:`Send`,title:c?`Save (Enter)`:`Send (Enter)`,disabled:h||m>0||a,children:Z(Q,{name:c?`tick`:`send`})})]})]})}var Nr=()=>document.visibilityState===`visible`&&document.hasFocus(),Pr=V(Nr());for(let e of[`visibilitychange`,`focus`,`blur`])addEventListener(e,()=>{Pr.value=Nr()});var Fr=V(!1),Ir=H(()=>Pr.value&&Fr.value);function Lr({title:e,onClose:t,children:n}){let r=R(null),i=De();return Te(()=>{let e=r.current;return e?.showModal(),()=>e?.close()},[]),Z(`dialog`,{ref:r,"aria-labelledby":i,onCancel:e=>{e.preventDefault(),t()},onClick:e=>e.target===r.current&&t(),children:Z(`div`,{class:`dialog`,children:[Z(`header`,{children:[Z(`h2`,{id:i,children:e}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Close`,onClick:t,children:Z(Q,{name:`close`})})]}),n]})})}function Rr({title:e,words:t,act:n,error:r,onAct:i,onClose:a}){return Z(Lr,{title:e,onClose:a,children:[Z(`p`,{children:t}),r&&Z(`p`,{class:`wrong`,role:`alert`,children:r}),Z(`footer`,{children:[Z(`button`,{type:`button`,class:`quiet`,onClick:a,children:`Cancel`}),Z(`button`,{type:`button`,class:`danger`,onClick:i,children:n})]})]})}var zr=/(https?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]}])/;function Br({words:e}){return Z(x,{children:e.split(zr).map((e,t)=>t%2==0?e:Z(`a`,{href:e,target:`_blank`,rel:`noopener noreferrer nofollow`,children:e},`${t} ${e}`))})}function Vr({room:e,message:t,isFirst:n,isStop:r,isLit:i,onFocus:a,onShow:o}){let{seq:s,sender:c,body:l,sentAt:u,editedAt:d,deletedAt:f,replyTo:p}=t,m=c.id===e.viewerId,h=m?`You`:$(c),g=e.conversation.value?.kind===`GROUP`,_=f!==null,v=R(null),y=v.current?.contains(document.activeElement)??!1;return Te(()=>{_&&y&&v.current?.focus({preventScroll:!0})},[_]),Z(`li`,{ref:v,class:[`message`,m?`own`:`other`,n&&`first`,i&&`lit`,f&&`deleted`].filter(Boolean).join(` `),"data-seq":s,tabIndex:r?0:-1,onFocusCapture:()=>a(s),children:[!m&&g&&Z(`span`,{class:`face`,children:n&&Z(Er,{id:c.id,name:h})}),Z(`div`,{class:`bubble`,children:[Z(`span`,{class:n&&!m&&g?`from`:`unseen`,children:[h,Z(`span`,{class:`unseen`,children:`: `})]}),p&&!f&&Z(kr,{message:p,viewerId:e.viewerId,tabIndex:r?0:-1,onShow:()=>o(p.seq)}),Z(`p`,{class:`body`,children:f?`This message was deleted.`:Z(Br,{words:l})}),Z(`span`,{class:`meta`,children:[d&&!f&&Z(`span`,{title:`Edited ${Sr(d)}`,children:`edited`}),Z(`time`,{dateTime:u,title:Sr(u),children:xr(u)})]})]}),!f&&Z(Hr,{room:e,message:t,isOwn:m,isStop:r})]})}function Hr({room:e,message:t,isOwn:n,isStop:r}){let[i,a]=L(!1),[o,s]=L(null),c=e.me.value?.role,l=n||c===`OWNER`||c===`ADMIN`,u=r?0:-1;return Z(x,{children:[Z(`div`,{class:`actions`,children:[Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Reply`,title:`Reply`,tabIndex:u,onClick:()=>{e.editing.value=null,e.replying.value=t},children:Z(Q,{name:`reply`})}),n&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Edit`,title:`Edit`,tabIndex:u,onClick:()=>{e.replying.value=null,e.editing.value=t},children:Z(Q,{name:`edit`})}),l&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Delete`,title:`Delete`,tabIndex:u,onClick:()=>a(!0),children:Z(Q,{name:`trash`})})]}),i&&Z(Rr,{title:`Delete this message?`,words:`It goes for everybody, and cannot be brought back.`,act:`Delete`,error:o,onAct:async()=>{try{let{deleteMessage:n}=await X.request(Zt,{input:{id:t.id}});e.put(n.message),a(!1)}catch(e){s(Or(G.from(e).message))}},onClose:()=>a(!1)})]})}function Ur({room:e,pending:t}){let{body:n,replyTo:r,failure:i,message:a,at:o}=t;return Z(`li`,{class:`message own first pending ${i?`failed`:``}`,children:[Z(`div`,{class:`bubble`,children:[Z(`span`,{class:`unseen`,children:`You: `}),r&&Z(kr,{message:r,viewerId:e.viewerId}),Z(`p`,{class:`body`,children:n}),Z(`span`,{class:`meta`,children:i?`not sent`:a?xr(o):`sending…`})]}),i&&Z(`p`,{class:`failure`,role:`alert`,children:[Or(i),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.again(t),children:`Try again`}),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.discard(t),children:`Discard`})]})]})}var Wr=150,Gr=50;function Kr(e){return{from:e-Gr-Gr/5,to:e,isAtEnd:!0}}function qr(e,t){let n=Math.min(t,e+Gr);return{from:e-Gr,to:n,isAtEnd:n===t}}function Jr(e,t,n){let r=e.isAtEnd?n:Math.min(e.to,n);return{from:Math.max(t,Math.min(e.from,r)),to:r,isAtEnd:r===n}}function Yr({from:e,to:t,isAtEnd:n},r){let i=Math.max(r,e-Gr),a=Math.min(t,i+Wr-1);return{from:i,to:a,isAtEnd:n&&a===t}}function Xr({from:e,to:t},n){let r=Math.min(n,t+Gr);return{from:Math.max(e,r-Wr+1),to:r,isAtEnd:r===n}}function Zr({from:e,to:t,isAtEnd:n}){return{from:Math.max(e,t-Wr+1),to:t,isAtEnd:n}}function Qr({from:e,to:t,isAtEnd:n}){let r=Math.min(t,e+Wr-1);return{from:e,to:r,isAtEnd:n&&r===t}}var $r=700,ei=40,ti=3e5;function ni({room:e}){let t=R(null),n=e.messages.value,[r,i]=[n[0]?.seq??1,n.at(-1)?.seq??0],a=e.firstUnread.value,o=a!==null&&a>e.readSeq.value,[s,c]=L(()=>Kr(i)),l=R(!0),u=R(0),d=R(null),[f,p]=L(!1),[m,h]=L(!1),[g,_]=L(null),[v,y]=L(null),b=Jr(s,r,i),x=l.current?w(b):Qr(b),S=l.current&&ri(t.current,u.current);S&&(l.current=!1);let C=R(null);C.current=l.current?null:ii(t.current),Te(()=>{let e=t.current;e&&(l.current?T(e):C.current&&ai(e,C.current),E())});function w(e){let t=Zr(e);return o&&a>=r&&a<t.from?Jr(qr(a,i),r,i):t}function T(t){let n=(e.firstUnread.peek()??0)>e.readSeq.peek()?t.querySelector(`.new-line`):null,r=t.scrollHeight-t.clientHeight;t.scrollTop=n?Math.min(r,n.offsetTop-t.clientHeight/4):r,u.current=t.scrollTop}we(()=>{let e=t.current;if(!e)return;let n=new ResizeObserver(()=>{l.current&&T(e)});return n.observe(e),()=>{n.disconnect(),Fr.value=!1}},[]);function E(){let n=t.current;if(!n)return;let a=n.scrollHeight-n.clientHeight-n.scrollTop,o=l.current||S;l.current=x.isAtEnd&&a<ei,u.current=n.scrollTop,o&&!l.current&&c(x),p(!x.isAtEnd||a>n.clientHeight/2),n.scrollTop<$r?x.from>r?c(Yr(x,r)):e.hasOlder.peek()&&!e.isCutOff.peek()&&e.loadOlder():a<$r&&!x.isAtEnd&&c(Xr(x,i));let s=oi(n),f=e.firstUnread.peek();s&&s.top<=e.readSeq.peek()+1&&(d.current=f);let m=d.current===f;s&&Pr.peek()&&m&&e.markRead(s.bottom),Fr.value=l.current&&m,h(!m&&(f??0)>e.readSeq.peek())}let D=Pr.value;we(()=>{D&&E()},[D]);async function ee(n){if(!await e.reach(n))return er(`That message could not be loaded.`);l.current=!1,c(qr(n,e.lastSeq.peek())),y(n),_(n),requestAnimationFrame(()=>{let e=t.current?.querySelector(`[data-seq="${n}"]`);e?.scrollIntoView({block:`center`}),e?.focus({preventScroll:!0})}),setTimeout(()=>y(null),2e3)}function O(){l.current=!0,c(Kr(e.lastSeq.peek())),p(!1),t.current&&T(t.current)}let k=e.pending.value,te=k.at(-1)?.clientMessageId,ne=R(te);Te(()=>{te&&te!==ne.current&&O(),ne.current=te},[te]);function A(e){let n=e.target.closest(`[data-seq]`);if(!n||e.altKey||e.ctrlKey||e.metaKey)return;let r=[...t.current?.querySelectorAll(`[data-seq]`)??[]],i=r.indexOf(n),a={ArrowUp:i-1,ArrowDown:i+1,Home:0,End:r.length-1}[e.key],o=a===void 0?void 0:r[a];o&&(e.preventDefault(),_(Number(o.dataset.seq)),o.focus())}let j=n.slice(x.from-r,x.to-r+1),re=li(j,e),ie=g!==null&&g>=x.from&&g<=x.to?g:x.to;return Z(`div`,{class:`timeline-place`,children:[Z(`div`,{class:`timeline`,ref:t,onScroll:E,children:Z(`ol`,{class:`messages ${m?`under`:``}`,"aria-label":`Messages`,onKeyDown:A,children:[x.from===r&&!e.hasOlder.value&&Z(`li`,{class:`beginning`,children:`This is where it begins.`},`beginning`),x.from===r&&e.isCutOff.value&&Z(`li`,{class:`beginning`,children:[`What was said before could not be loaded.`,` `,Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.loadOlder(),children:`Try again`})]},`cut off`),j.map((t,n)=>{let r=j[n-1],i=!r||!Cr(r.sentAt,t.sentAt),o=a===t.seq;return[i&&Z(`li`,{class:`day`,children:Z(`time`,{dateTime:t.sentAt,children:Tr(t.sentAt)})},`day ${t.id}`),o&&Z(`li`,{class:`new-line`,children:`New`},`new`),Z(Vr,{room:e,message:t,isFirst:i||o||!ci(r,t),isStop:t.seq===ie,isLit:t.seq===v,onFocus:_,onShow:ee},t.id),re.has(t.seq)&&Z(`li`,{class:`seen`,children:re.get(t.seq)},`seen ${t.id}`),...e.notices.value.filter(({after:e})=>e===t.seq).map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]}),x.isAtEnd&&k.map(t=>Z(Ur,{room:e,pending:t},t.clientMessageId)),i===0&&e.notices.value.map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]})}),m&&a!==null&&Z(`div`,{class:`behind`,role:`status`,children:[Z(`span`,{children:si(e)}),Z(`button`,{type:`button`,class:`link`,onClick:()=>void ee(a),children:`Show the first`}),Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.markRead(i),children:`Mark as read`})]}),f&&Z(`button`,{type:`button`,class:`to-end`,onClick:O,children:[Z(Q,{name:`down`}),e.readSeq.value<i?`New messages`:`To the newest`]})]})}function ri(e,t){return!e||e.scrollTop>=t-1?!1:e.scrollHeight-e.clientHeight-e.scrollTop>=ei}function ii(e){if(!e)return null;let t=e.getBoundingClientRect().top;for(let n of e.querySelectorAll(`[data-seq]`)){let{top:e,bottom:r}=n.getBoundingClientRect();if(r>t)return{seq:n.dataset.seq??``,top:e}}return null}function ai(e,{seq:t,top:n}){let r=e.querySelector(`[data-seq="${t}"]`),i=r?r.getBoundingClientRect().top-n:0;Math.abs(i)>=1&&(e.scrollTop+=i)}function oi(e){let{top:t,bottom:n}=e.getBoundingClientRect(),r=[...e.querySelectorAll(`[data-seq]`)],i=r.find(e=>e.getBoundingClientRect().bottom>t),a=r.findLast(e=>e.getBoundingClientRect().top<n-8);return i&&a?{top:Number(i.dataset.seq),bottom:Number(a.dataset.seq)}:null}function si(e){let t=e.chats.get(e.id)?.unreadCount??e.conversation.value?.unreadCount??0;return t>=1e3?`1,000 unread or more`:`${t} unread`}function ci(e,t){return!e||e.sender.id!==t.sender.id?!1:Date.parse(t.sentAt)-Date.parse(e.sentAt)<ti}function li(e,t){let n=e.filter(({sender:e})=>e.id===t.viewerId).map(({seq:e})=>e),r=new Map;for(let e of t.members.value.values()){if(e.user.id===t.viewerId)continue;let i=n.findLast(t=>t<=e.readSeq);i!==void 0&&r.set(i,[...r.get(i)??[],e])}let i=t.conversation.value?.kind===`DIRECT`,a=e=>i?`Seen`:`Seen by ${dr(e.map(({user:e})=>$(e)))}`;return new Map([...r].map(([e,t])=>[e,a(t)]))}function ui({why:e,onRetry:t}){return Z(`p`,{class:`trouble`,role:`alert`,children:[Z(`span`,{children:[`This is not up to date: `,Or(e)]}),Z(`button`,{type:`button`,class:`link`,onClick:t,children:`Try again`})]})}var di=6e3,fi=3e3,pi=class{typists=V(new Map);#e=new Map;#t;#n=0;constructor(e){this.#t=e}pressed(){Date.now()-this.#n<fi||(this.#n=Date.now(),this.#r(!0))}stop(){this.#n!==0&&(this.#n=0,this.#r(!1))}sent(){this.#n=0}started(e){clearTimeout(this.#e.get(e.id)),this.#e.set(e.id,setTimeout(()=>this.stopped(e.id),di)),this.typists.value=new Map(this.typists.peek()).set(e.id,e)}stopped(e){if(clearTimeout(this.#e.get(e)),!this.#e.delete(e))return;let t=new Map(this.typists.peek());t.delete(e),this.typists.value=t}forget(){for(let e of this.#e.values())clearTimeout(e);this.#e.clear(),this.typists.value=new Map}#r(e){let t={conversationId:this.#t,typing:e};X.request($t,{input:t}).catch(()=>{})}},mi=60,hi=200,gi=class{viewerId;chats;outbox;id;conversation=V(null);messages=V([]);hasOlder=V(!1);isLoaded=V(!1);members=V(new Map);notices=V([]);typing;gone=V(null);trouble=V(null);isCutOff=V(!1);replying=V(null);editing=V(null);draft=V(``);firstUnread=V(null);#e=V(0);readSeq=H(()=>Math.max(this.#e.value,this.conversation.value?.readSeq??0,this.chats.get(this.id)?.readSeq??0));lastSeq=H(()=>this.messages.value.at(-1)?.seq??0);me=H(()=>this.members.value.get(this.viewerId));pending=H(()=>this.outbox.of(this.id).filter(({message:e,seenAs:t})=>e?e.seq>this.lastSeq.value:!t));#t=new Map;#n=new AbortController;#r=null;#i=null;#a=null;#o=!1;#s=!1;#c=0;constructor(e,t,n,r){this.viewerId=t,this.chats=n,this.outbox=r,this.id=e,this.typing=new pi(e)}get hasDraft(){return this.draft.peek().trim()!==``||this.replying.peek()!==null||this.editing.peek()!==null}open(){this.#l(),this.#n=new AbortController;let{signal:e}=this.#n;this.gone.value=null,this.trouble.value=null,this.#r=X.followConversation({conversationId:this.id,load:()=>this.#d(e),onEvent:e=>this.#m(e),onPhase:e=>{gt.value=e,e===`live`&&(this.#s&&this.#p(),this.#s=!0,this.#c>0&&er(`${this.#c} new messages`),this.#c=0)}}),this.#r.ended.then(t=>{if(!t||e.aborted||t.code===`SIGNED_OUT`)return;let n=xi(t);if(n)return this.#b(n);gt.value=null,this.trouble.value=t.message})}close(){this.typing.stop(),this.#l()}#l(){this.#n.abort(),this.#r?.stop(),this.#r=null,gt.value=null,this.typing.forget(),this.#t.clear(),this.#i=null,this.#a=null,this.#s=!1,this.#c=0,this.isLoaded.value=!1,this.messages.value=[],this.hasOlder.value=!1,this.isCutOff.value=!1,this.members.value=new Map,this.notices.value=[]}loadOlder(){if(this.#i)return this.#i;let e=this.#f(this.#n.signal).finally(()=>{this.#i===e&&(this.#i=null)});return this.#i=e,e}async reach(e){for(let t=0;t<hi;t+=1){if((this.messages.peek()[0]?.seq??0)<=e)return!0;if(!await this.loadOlder())return!1}return!1}async markRead(e){if(!(e<=this.readSeq.peek()||this.gone.peek())&&(this.#e.value=e,!this.#o)){this.#o=!0;try{for(let e=0;e<this.#e.peek();){e=this.#e.peek();let t={conversationId:this.id,upToSeq:e},{markRead:n}=await X.request(Qt,{input:t},{persist:!0}),{readSeq:r,unreadCount:i}=n.conversation,a=this.conversation.peek();a&&(this.conversation.value={...a,readSeq:r,unreadCount:i}),this.chats.read(this.id,r,i)}}catch{}finally{this.#o=!1}}}send(e){let t=this.replying.peek();this.replying.value=null,this.typing.sent(),(this.firstUnread.peek()??0)<=this.readSeq.peek()&&(this.firstUnread.value=null),this.outbox.send(this.id,e,t)}put(e){if(!this.isLoaded.peek())return;let t=this.messages.peek(),n=e.seq-(t[0]?.seq??e.seq),r=t[n];if(r&&r.revision>=e.revision)return;if(n>t.length)return this.open();n<0&&this.#i&&this.#t.set(e.seq,e);let i=t.slice();n>=0&&(i[n]=e),this.messages.value=e.revision>1?i.map(t=>bi(t,e)):i,e.revision>1&&this.#u(e)}#u(e){tr(e.id),this.outbox.requote(e),this.replying.peek()?.id===e.id&&(this.replying.value=e.deletedAt?null:e),this.editing.peek()?.id===e.id&&e.deletedAt&&(this.editing.value=null)}async#d(e){let t={id:this.id,last:mi},{server:n,conversation:r}=await X.request(Ft,t,{signal:e});if(e.throwIfAborted(),!r)throw new G(`There is no such conversation, or it is not yours.`,`NOT_FOUND`,!1);let{messages:i,members:a,...o}=r;return this.#e.value=0,this.firstUnread.value=o.unreadCount>0?o.readSeq+1:null,this.conversation.value=o,this.messages.value=i.nodes,this.hasOlder.value=i.pageInfo.hasPreviousPage,this.#a=i.pageInfo.startCursor,this.members.value=vi(a.nodes),a.pageInfo.hasNextPage&&this.#p(),this.isCutOff.value=!1,this.isLoaded.value=!0,this.chats.put(o),this.outbox.shown(this.id,this.lastSeq.value),{eventSeq:o.eventSeq,epoch:n.epoch}}async#f(e){let t=this.#a;if(!this.hasOlder.peek()||t===null)return!1;this.isCutOff.value=!1,this.#t.clear();try{let n={id:this.id,last:mi,before:t},r={signal:e,persist:!0},{conversation:i}=await X.request(Jt,n,r);if(e.aborted||!i)return!1;if(this.#a!==t)return!0;let{nodes:a,pageInfo:o}=i.messages,s=[...this.#t.values()],c=a.map(e=>s.reduce(yi,e));return this.#a=o.startCursor,this.messages.value=[...c,...this.messages.peek()],this.hasOlder.value=o.hasPreviousPage,!0}catch{return e.aborted||(this.isCutOff.value=!0),!1}}async#p(){let{signal:e}=this.#n,t=[];try{for(let n=null;;){let r={id:this.id,first:100,after:n},{conversation:i}=await X.request(Lt,r,{signal:e});if(!i||e.aborted)return;if(t.push(...i.members.nodes),n=i.members.pageInfo.endCursor,!i.members.pageInfo.hasNextPage)break}this.members.value=vi(t)}catch{}}#m(e){switch(e.__typename){case`MessageAdded`:return this.#h(e.message);case`MessageEdited`:case`MessageDeleted`:return this.put(e.message);case`MemberJoined`:{let{actor:t,member:n}=e;this.#g(n);let[r,i]=[this.#y(n.user),this.#y(t)];return this.#v(e.eventSeq,n.user.id===t.id?`${r} joined`:`${i} added ${_i(r)}`)}case`MemberRoleChanged`:{let t={OWNER:`an owner`,ADMIN:`an admin`,MEMBER:`a member`}[e.member.role];this.#g(e.member);let n=this.#y(e.member.user);return this.#v(e.eventSeq,`${n} ${n===`You`?`are`:`is`} now ${t}`)}case`MemberLeft`:{let{actor:t,user:n}=e;if(n.id===this.viewerId){let e=t.id===n.id;return this.#b(e?`You left this conversation.`:`${$(t)} removed you from this conversation.`)}this.#_(n.id);let r=this.#y(n),i=n.id===t.id?`${r} left`:`${this.#y(t)} removed ${_i(r)}`;return this.#v(e.eventSeq,i)}case`ConversationUpdated`:{let{title:t}=e.conversation,n=this.conversation.peek();n&&(this.conversation.value={...n,title:t});let r=this.#y(e.actor);return this.#v(e.eventSeq,t?`${r} named the group “${t}”`:`${r} took the group’s name away`)}case`ConversationDeleted`:return this.#b(`${this.#y(e.actor)} deleted this conversation.`);case`ReadPositionMoved`:{let t=this.members.peek().get(e.user.id);t&&t.readSeq<e.readSeq&&this.#g({...t,readSeq:e.readSeq});return}case`Typing`:return e.user.id===this.viewerId?void 0:e.typing?this.typing.started(e.user):this.typing.stopped(e.user.id)}}#h(e){let t=e.seq>this.lastSeq.peek(),n=e.sender.id===this.viewerId,r=gt.peek()===`live`,i=r&&Ir.peek();t&&!n&&!i&&(this.firstUnread.peek()??0)<=this.readSeq.peek()&&(this.firstUnread.value=e.seq),this.put(e),this.typing.stopped(e.sender.id),n?this.outbox.saw(e,this.id):t&&r?er(`${$(e.sender)}: ${e.body}`,e.id):t&&(this.#c+=1),this.outbox.shown(this.id,this.lastSeq.value)}#g(e){this.members.value=new Map(this.members.peek()).set(e.user.id,e)}#_(e){this.typing.stopped(e);let t=new Map(this.members.peek());t.delete(e),this.members.value=t}#v(e,t){this.notices.value=[...this.notices.peek(),{key:e,after:this.lastSeq.peek(),text:t}],er(t)}#y(e){return e.id===this.viewerId?`You`:$(e)}#b(e){this.gone.peek()||(this.#l(),this.gone.value=e,this.trouble.value=null,this.replying.value=null,this.editing.value=null,this.draft.value=``,this.chats.drop(this.id),er(e))}},_i=e=>e===`You`?`you`:e,vi=e=>new Map(e.map(e=>[e.user.id,e]));function yi(e,t){return e.id===t.id&&e.revision<t.revision?t:bi(e,t)}function bi(e,{id:t,body:n,deletedAt:r}){return e.replyTo?.id===t?{...e,replyTo:{...e.replyTo,body:n,deletedAt:r}}:e}function xi({code:e}){return e===`MEMBERSHIP_ENDED`?`You are not in this conversation any more.`:e===`NOT_FOUND`||e===`BAD_USER_INPUT`?`There is no such conversation, or it is not yours.`:null}var Si=new Map;function Ci(e,t,n,r){let i=Si.get(e);if(i&&i.viewerId===t&&i.chats===n)return i;let a=new gi(e,t,n,r);return Si.set(e,a),a}function wi(e){e.close(),!e.hasDraft&&Si.get(e.id)===e&&Si.delete(e.id)}function Ti(){Si.clear()}function Ei(){let[e,t]=L(null),[n,r]=L(!1);return{wrong:e,isBusy:n,forget:()=>t(null),async ask(e){if(n)return null;r(!0),t(null);try{return await e()}catch(e){return t(Or(G.from(e).message)),null}finally{r(!1)}}}}var Di=30,Oi=200;function ki({without:e,chosen:t,onPick:n}){let r=De(),i=R(null),[a,o]=L(``),s=R(void 0);we(()=>i.current?.focus(),[]);let{users:c,wrong:l}=Ai(a),u=(c?.nodes??[]).filter(t=>!e.includes(t.id)),d=c&&u.length===0;return Z(`div`,{class:`people`,children:[Z(`label`,{class:`unseen`,for:r,children:`Find people`}),Z(`div`,{class:`search`,children:[Z(Q,{name:`search`}),Z(`input`,{ref:i,id:r,type:`search`,placeholder:`Find people by name`,autocomplete:`off`,onInput:({currentTarget:{value:e}})=>{clearTimeout(s.current),s.current=setTimeout(()=>o(e.trim()),Oi)}})]}),l&&Z(`p`,{class:`wrong`,children:l}),Z(`ul`,{class:`found`,children:u.map(e=>{let r=$(e),i=t?.some(t=>t.id===e.id)??!1;return Z(`li`,{children:Z(`button`,{type:`button`,class:`person`,"aria-pressed":t?i:void 0,onClick:()=>n(e),children:[Z(Er,{id:e.id,name:r}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:r}),r!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),i&&Z(Q,{name:`tick`})]})},e.id)})}),Z(`p`,{class:`hint`,role:`status`,children:d?a?`Nobody else is called “${a}”.`:`Nobody else is here yet.`:c?.pageInfo.hasNextPage?`There are more: go on typing.`:``})]})}function Ai(e){let[t,n]=L({users:null,wrong:null});return we(()=>{let t=new AbortController,{signal:r}=t;return X.request(en,{search:e,first:Di},{signal:r}).then(({users:e})=>{r.aborted||n({users:e,wrong:null})},e=>{r.aborted||n({users:null,wrong:Or(G.from(e).message)})}),()=>t.abort()},[e]),t}var ji={OWNER:`Owner`,ADMIN:`Admin`,MEMBER:`Member`};function Mi({room:e,onClose:t}){let[n,r]=L(`members`),{ask:i,wrong:a,forget:o}=Ei(),s=e.id,c=[...e.members.value.values()],l=e.me.value?.role??`MEMBER`,[u,d]=[l===`OWNER`,l!==`MEMBER`],f=e.conversation.value?.title??``,p=e=>{o(),r(e)};if(n===`leave`||n===`end`){let e=n===`leave`,t=()=>e?X.request(Gt,{input:{conversationId:s}}):X.request(Vt,{input:{id:s}});return Z(Rr,{title:e?`Leave this group?`:`Delete this group?`,words:e?`You see nothing of it any more unless somebody adds you again.`:`It ends for everybody who is in it, and cannot be brought back.`,act:e?`Leave`:`Delete`,error:a,onAct:async()=>{await i(t)&&Xn(`#/`)},onClose:()=>p(`members`)})}let m=a&&Z(`p`,{class:`wrong`,role:`alert`,children:a});return n===`add`?Z(Lr,{title:`Add people`,onClose:()=>p(`members`),children:[m,Z(ki,{without:c.map(({user:e})=>e.id),chosen:null,onPick:async({id:e})=>{let t={conversationId:s,userIds:[e]};await i(()=>X.request(Ht,{input:t}))&&p(`members`)}})]}):Z(Lr,{title:`About this group`,onClose:t,children:[m,d&&Z(`form`,{class:`inline`,onSubmit:e=>{e.preventDefault();let t=String(new FormData(e.currentTarget).get(`title`)??``).trim(),n={id:s,title:t||null};i(()=>X.request(Bt,{input:n}))},children:[Z(Dr,{label:`Name of the group`,name:`title`,value:f,isRequired:!1,maxLength:200},f),Z(`button`,{type:`submit`,children:`Rename`})]}),Z(`div`,{class:`between`,children:[Z(`h3`,{children:[c.length,` `,c.length===1?`member`:`members`]}),d&&Z(`button`,{type:`button`,onClick:()=>p(`add`),children:`Add people`})]}),Z(`ul`,{class:`found`,children:c.map(t=>Z(Ni,{member:t,isViewer:t.user.id===e.viewerId,own:l,onRole:e=>{let n={conversationId:s,userId:t.user.id,role:e};i(()=>X.request(Wt,{input:n}))},onRemove:()=>{let e={conversationId:s,userId:t.user.id};i(()=>X.request(Ut,{input:e}))}},t.user.id))}),Z(`footer`,{children:[u&&Z(`button`,{type:`button`,class:`danger`,onClick:()=>p(`end`),children:`Delete group`}),Z(`button`,{type:`button`,onClick:()=>p(`leave`),children:`Leave group`})]})]})}function Ni({member:{user:e,role:t},isViewer:n,own:r,onRole:i,onRemove:a}){let o=$(e),s=!n&&(r===`OWNER`||r===`ADMIN`&&t===`MEMBER`);return Z(`li`,{class:`person`,children:[Z(Er,{id:e.id,name:o}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:n?`${o} (you)`:o}),o!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),r===`OWNER`&&!n?Z(`select`,{"aria-label":`What ${o} may do`,value:t,onChange:({currentTarget:e})=>i(e.value),children:Object.entries(ji).map(([e,t])=>Z(`option`,{value:e,children:t},e))}):Z(`span`,{class:`hint`,children:ji[t]}),s&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Remove ${o}`,title:`Remove`,onClick:a,children:Z(Q,{name:`close`})})]})}function Pi({id:e,list:t,out:n,viewerId:r}){let i=Ee(()=>Ci(e,r,t,n),[e,r,t,n]);we(()=>(i.open(),()=>wi(i)),[i]);let[a,o]=[i.gone.value,i.trouble.value];return Z(`main`,{class:`room`,"aria-labelledby":`title`,children:[Z(Fi,{room:i,list:t}),a?Z(`div`,{class:`empty`,children:Z(`div`,{children:[Z(`h2`,{children:a}),Z(`p`,{children:t.get(e)?Z(`button`,{type:`button`,class:`primary`,onClick:()=>i.open(),children:`Open it again`}):Z(`a`,{class:`button`,href:`#/`,children:`To your conversations`})})]})}):Z(x,{children:[o&&Z(ui,{why:o,onRetry:()=>i.open()}),i.isLoaded.value?Z(ni,{room:i}):Z(`div`,{class:`timeline`}),Z(Ii,{room:i}),Z(Mr,{room:i})]})]})}function Fi({room:e,list:t}){let[n,r]=L(!1),i=R(null);we(()=>{matchMedia(`(pointer: fine)`).matches||i.current?.focus()},[]);let a=t.get(e.id)??e.conversation.value,o=a?fr(a,e.viewerId):``,s=a?.kind===`GROUP`,c=e.members.value.size,l=[...e.members.value.values()].filter(({user:t})=>t.id!==e.viewerId);return Z(`header`,{class:`bar`,children:[Z(`a`,{class:`quiet round back`,href:`#/`,"aria-label":`Back to the list`,children:Z(Q,{name:`back`})}),a&&Z(Er,{id:pr(a,e.viewerId),name:o,isGroup:s}),Z(`div`,{class:`grow`,children:[Z(`h2`,{id:`title`,tabIndex:-1,ref:i,children:o}),s&&c>0&&Z(`p`,{class:`hint`,children:[c,` `,c===1?`member`:`members`,a?.title&&l.length>0&&`: you, ${dr(l.map(({user:e})=>$(e)),3)}`]})]}),s&&!e.gone.value&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`About this group`,title:`About this group`,onClick:()=>r(!0),children:Z(Q,{name:`info`})}),n&&!e.gone.value&&Z(Mi,{room:e,onClose:()=>r(!1)})]})}function Ii({room:e}){let t=[...e.typing.typists.value.values()].map($);return Z(`p`,{class:`typing`,"aria-live":`off`,children:t.length>0&&Z(x,{children:[Z(`span`,{class:`dots`,"aria-hidden":`true`,children:[Z(`i`,{}),Z(`i`,{}),Z(`i`,{})]}),dr(t,2),` `,t.length===1?`is`:`are`,` typing`]})})}function Li({list:e,viewerId:t,onClose:n}){let[r,i]=L(!1),[a,o]=L([]),{ask:s,wrong:c,isBusy:l}=Ei(),u=R(Dn()),d=t=>{e.put(t),n(),Xn(Yn(t.id))},f=async e=>{if(r){let t=a.filter(({id:t})=>t!==e.id);return o(t.length<a.length?t:[...a,e])}let t={userId:e.id},n=await s(()=>X.request(Rt,{input:t}));n&&d(n.startDirectConversation.conversation)};return Z(Lr,{title:r?`New group`:`New conversation`,onClose:n,children:[Z(`fieldset`,{class:`tabs`,children:[Z(`legend`,{class:`unseen`,children:`What to start`}),Z(`button`,{type:`button`,"aria-pressed":!r,onClick:()=>i(!1),children:`With one person`}),Z(`button`,{type:`button`,"aria-pressed":r,onClick:()=>i(!0),children:`A group`})]}),c&&Z(`p`,{class:`wrong`,role:`alert`,children:c}),Z(ki,{without:[t],chosen:r?a:null,onPick:f}),r&&a.length>0&&Z(`ul`,{class:`chips`,"aria-label":`In the group`,children:a.map(e=>Z(`li`,{children:Z(`button`,{type:`button`,"aria-label":`Without ${$(e)}`,onClick:()=>f(e),children:[$(e),Z(Q,{name:`close`})]})},e.id))}),r&&Z(`form`,{onSubmit:async e=>{e.preventDefault();let t=String(new FormData(e.target).get(`title`)??``).trim()||null,n={participantIds:a.map(({id:e})=>e),title:t,clientConversationId:u.current},r=await s(()=>X.request(zt,{input:n}));r&&d(r.createConversation.conversation)},children:[Z(Dr,{label:`Name of the group`,name:`title`,isRequired:!1,maxLength:200,hint:`May be left empty.`}),Z(`footer`,{children:Z(`button`,{type:`submit`,class:`primary`,disabled:a.length===0||l,children:[`Create group`,a.length>0&&` with ${a.length}`]})})]})]})}function Ri({list:e,out:t,user:n,openId:r}){let[i,a]=L(!1),[o,s]=L(!1),c=R(null),l=R(r);we(()=>{!r&&l.current&&c.current?.querySelector(`a[href="${Yn(l.current)}"]`)?.focus(),l.current=r},[r]);let u=e.inOrder.value,d=$(n),[f,p]=[t.unsent.value,e.trouble.value];return Z(`nav`,{class:`sidebar`,ref:c,"aria-label":`Conversations`,children:[Z(`header`,{class:`bar`,children:[Z(Er,{id:n.id,name:d}),Z(`h1`,{class:`grow`,title:`Signed in as ${n.username}`,children:d}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Sign out`,title:`Sign out`,onClick:()=>f>0?s(!0):Gn(),children:Z(Q,{name:`leave`})}),Z(`button`,{type:`button`,class:`primary round`,"aria-label":`New conversation`,title:`New conversation`,onClick:()=>a(!0),children:Z(Q,{name:`compose`})})]}),p&&Z(ui,{why:p,onRetry:()=>e.start()}),e.isLoaded.value&&u.length===0&&Z(`div`,{class:`nothing`,children:[Z(`p`,{class:`hint`,children:`No conversations yet.`}),Z(`button`,{type:`button`,class:`primary`,onClick:()=>a(!0),children:`Find people`})]}),Z(`ul`,{class:`rows`,onKeyDown:zi,onScroll:({currentTarget:{scrollTop:t,clientHeight:n,scrollHeight:r}})=>{t+n>r-400&&e.loadMore()},children:u.map(e=>Z(Bi,{conversation:e,viewerId:n.id,isOpen:e.id===r},e.id))}),o&&Z(Rr,{title:`Sign out?`,words:`${f===1?`One message is`:`${f} messages are`} not sent yet, and would be lost.`,act:`Sign out`,onAct:Gn,onClose:()=>s(!1)}),i&&Z(Li,{list:e,viewerId:n.id,onClose:()=>a(!1)})]})}function zi(e){let t={ArrowDown:1,ArrowUp:-1}[e.key];if(!t)return;let n=[...e.currentTarget.querySelectorAll(`a`)],r=n[n.indexOf(document.activeElement)+t];r&&(e.preventDefault(),r.focus())}function Bi({conversation:e,viewerId:t,isOpen:n}){let{id:r,kind:i,lastMessage:a,lastActivityAt:o}=e,s=fr(e,t),c=n&&Ir.value?0:e.unreadCount,l=c>=1e3?`999+`:String(c),u=i===`GROUP`,d=a?.sender.id===t?`You: `:u&&a?`${$(a.sender)}: `:``;return Z(`li`,{children:Z(`a`,{class:`row`,href:Yn(r),"aria-current":n?`page`:void 0,"data-unread":c>0,children:[Z(Er,{id:pr(e,t),name:s,isGroup:u}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:s}),Z(`span`,{class:`preview`,children:a?Z(x,{children:[d,a.body]}):`No messages yet`})]}),Z(`span`,{class:`when`,children:[Z(`time`,{dateTime:o,title:Sr(o),children:wr(o)}),c>0&&Z(`span`,{class:`badge`,children:[l,Z(`span`,{class:`unseen`,children:` unread`})]})]})]})})}var Vi=document.querySelector(`link[rel="icon"]`)?.href,Hi=(e,t)=>String(e.get(t)??``).trim();async function Ui(e,t){let[n,r]=[Hi(t,`username`),String(t.get(`password`)??``)];e?await X.session.register({username:n,email:Hi(t,`email`),password:r}):await X.session.login({...n.includes(`@`)?{email:n}:{username:n},password:r})}function Wi({isNew:e}){let[t,n]=L({}),[r,i]=L(!1),a=async t=>{if(t.preventDefault(),!r&&t.target instanceof HTMLFormElement){i(!0);try{await Ui(e,new FormData(t.target)),n({})}catch(t){n(Gi(G.from(t),e))}finally{i(!1)}}},o=[`username`,`email`,`password`].find(e=>t[e])??`username`,s=e=>({name:e,wrong:t[e],isFirst:o===e});return Z(`main`,{class:`sign-in`,children:Z(`div`,{class:`card`,children:[Z(`img`,{class:`mark`,src:Vi,alt:``,width:`48`,height:`48`}),Z(`h1`,{children:e?`Create your account`:`Welcome back`}),Z(`p`,{class:`hint`,children:e?`It takes a name, an e-mail address and a password.`:`Sign in to go on chatting.`}),Un.value&&Z(`p`,{class:`note`,children:Un.value}),t.form&&Z(`p`,{class:`wrong`,role:`alert`,children:t.form}),Z(`form`,{onSubmit:a,noValidate:!0,children:[Z(Dr,{...s(`username`),label:e?`User name`:`User name or e-mail`,autocomplete:`username`}),e&&Z(Dr,{...s(`email`),label:`E-mail`,type:`email`,autocomplete:`email`}),Z(Dr,{...s(`password`),label:`Password`,type:`password`,maxLength:200,autocomplete:e?`new-password`:`current-password`}),Z(`button`,{type:`submit`,class:`primary wide`,"aria-disabled":r,children:r?`One moment…`:e?`Create account`:`Sign in`})]},String(e)),Z(`p`,{class:`other`,children:[e?`You have an account? `:`You are new here? `,Z(`a`,{href:e?`#/login`:`#/register`,onClick:()=>n({}),children:e?`Sign in`:`Create an account`})]})]})})}function Gi({code:e,message:t,fields:n,retryAfterMs:r},i){let a=Object.entries(n).map(([e,t])=>[e,Or(t)]);if(a.length>0){let e=e=>!i&&e===`email`?`username`:e;return Object.fromEntries(a.map(([t,n])=>[e(t),n]))}return e===`INVALID_CREDENTIALS`?{password:Or(t)}:e===`RATE_LIMITED`?{form:`That was tried too often.${r?` Please wait ${Math.ceil(r/1e3)} seconds.`:``}`}:{form:Or(t)}}var Ki=40,qi=class{#e=V(new Map);isLoaded=V(!1);hasMore=V(!1);inOrder=H(()=>[...this.#e.value.values()].sort((e,t)=>Ji(t.lastActivityAt,e.lastActivityAt)||Ji(t.id,e.id)));trouble=V(null);unread=H(()=>this.inOrder.value.filter(({unreadCount:e})=>e>0).length);#t=null;#n=null;#r=!1;start(){this.trouble.value=null,this.#t?.stop();let e=X.followInbox({load:async e=>{let{server:t,conversations:n}=await X.request(Pt,{first:Ki},{signal:e});e.throwIfAborted();let{nodes:r,pageInfo:i}=n;this.#e.value=new Map(r.map(e=>[e.id,e])),this.#n=i.endCursor,this.hasMore.value=i.hasNextPage,this.isLoaded.value=!0;let a=i.hasNextPage?r[0]?.lastActivityAt??null:null;return{epoch:t.epoch,heads:r,activeSince:a}},onEvent:e=>this.#i(e),onPhase:e=>{ht.value=e}});this.#t=e,e.ended.then(t=>{t&&t.code!==`SIGNED_OUT`&&this.#t===e&&(ht.value=null,this.trouble.value=t.message)})}stop(){this.#t?.stop(),this.#t=null}get(e){return this.#e.value.get(e)}put(e){let t=this.#e.peek().get(e.id);t&&t.eventSeq>e.eventSeq||this.#o(t=>t.set(e.id,e))}drop(e){this.#o(t=>t.delete(e))}read(e,t,n){let r=this.#e.peek().get(e);r&&r.readSeq<=t&&this.#o(i=>i.set(e,{...r,readSeq:t,unreadCount:n}))}async loadMore(){if(!(!this.hasMore.peek()||this.#r)){this.#r=!0;try{let{conversations:e}=await X.request(Pt,{first:Ki,after:this.#n});for(let t of e.nodes)this.put(t);this.#n=e.pageInfo.endCursor,this.hasMore.value=e.pageInfo.hasNextPage}catch{}finally{this.#r=!1}}}#i(e){switch(e.__typename){case`ConversationAdded`:case`ConversationAdvanced`:this.put(e.conversation);break;case`ConversationRemoved`:this.drop(e.conversationId);break;case`ReadPositionMoved`:this.#a(e.conversationId,e.readSeq)}}async#a(e,t){let n=this.#e.peek().get(e);if(!(!n||n.readSeq>=t)){if(t>=n.messageSeq)return this.read(e,t,0);try{let{conversation:t}=await X.request(It,{id:e});t&&this.read(e,t.readSeq,t.unreadCount)}catch{}}}#o(e){let t=new Map(this.#e.peek());e(t),this.#e.value=t}},Ji=(e,t)=>e<t?-1:+(e>t),Yi=V(null);U(()=>{let e=Hn.value?.id;if(!e)return Bn();let[t,n]=Be(()=>[new qi,new zn(e)]);return[Yi.value,Vn.value]=[t,n],Be(()=>t.start()),()=>{t.stop(),n.stop(),[Yi.value,Vn.value]=[null,null],Ti(),St()}});var Xi=e=>e.preventDefault();U(()=>{if(Vn.value?.isBusy.value)return addEventListener(`beforeunload`,Xi),()=>removeEventListener(`beforeunload`,Xi)}),U(()=>{let e=Yi.value?.unread.value??0;document.title=e>0?`(${e}) Parlance`:`Parlance`});function Zi(){let e=Hn.value,[t,n]=[Yi.value,Vn.value],r=Jn.value;if(!e||!t||!n)return Z(Wi,{isNew:r.screen===`register`});let i=r.screen===`room`;return Z(x,{children:[Z(`div`,{class:`app ${i?`in-room`:`in-list`}`,children:[Z(Ri,{list:t,out:n,user:e,openId:i?r.id:null}),i?Z(Pi,{id:r.id,list:t,out:n,viewerId:e.id},r.id):Z(sr,{list:t})]}),Z(ar,{})]})}var Qi=document.getElementById(`app`);Qi&&P(Z(Zi,{}),Qi);