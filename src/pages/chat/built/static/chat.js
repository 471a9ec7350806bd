var e,t,n,r,i,a,o,s,c,l,u,d,f=Symbol.for(`pv`),p={},m=[],h=/^m(i|n|o|s|text|space)$/,g=Array.isArray,_=m.slice,v=Object.assign;function y(e){e&&e.parentNode&&e.remove()}function b(e,t,n){var r,i,a,o={},s=arguments.length;for(a in t)a==`key`?r=t[a]:a==`ref`&&typeof e!=`function`?i=t[a]:o[a]=t[a];return s>2&&(o.children=s>3?_.call(arguments,2):n),x(e,o,r,i,null)}function x(n,r,i,a,o){var s={type:n,props:r,key:i,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:f,__v:o||++t,__i:-1,__u:0};return!o&&e.vnode&&e.vnode(s),s}function S(e){return e.children}function C(e,t){this.props=e,this.context=t,this.__g=0}function w(e,t){if(t==null)return e.__&&w(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!=`function`||e.props.__P?null:w(e)}function T(t){var n,r=t.__v,i=r.__e,a=[],o=[],s=t.__P;s&&((n=v({constructor:f},r)).__v=r.__v+1,e.vnode&&e.vnode(n),se(s,n,r,t.__n,s.namespaceURI,32&r.__u?[i]:null,a,i||w(r),32&r.__u,o),n.__v=r.__v,n.__.__k[n.__i]=n,ue(a,n,o),r.__=r.__e=null,n.__e!=i&&E(n))}function E(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),E(e)}function D(t){(8&t.__g||(t.__g|=8,r.push(t),a++))&&i==e.debounceRendering||((i=e.debounceRendering)||queueMicrotask)(ee)}function ee(){try{for(var e,t=1;r.length;)r.length>t&&r.sort(o),e=r.shift(),t=r.length,8&e.__g&&T(e)}finally{(a=r.length)&&(i||queueMicrotask)(ee)}}function te(e,t,n,r,i,a,o,s,c,l,u){var d,f,h,g,_,v,y=r.__k||m,b=t.length;for(c=ne(n,t,y,c,b),d=0;d<b;d++)(h=n.__k[d])!=null&&(f=~h.__i&&y[h.__i]||p,h.__i=d,v=se(e,h,f,i,a,o,s,c,l,u),g=h.__e,(f.ref!=h.ref||8&f.__u)&&(f.ref&&fe(f.ref,null,h,f),h.ref&&u.push(h.ref,h.__c||g,h)),_||=g,4&h.__u?(c=re(h,c,e,!f.__v),f.__e&&(f.__e=null)):typeof h.type==`function`&&v!==void 0?c=v:g&&(c=g.nextSibling),h.__u&=-21);return n.__e=_,c}function ne(e,t,n,r,i){var a,o,s,c,l,u,d,p,m,h=n.length,_=h,v=0,y=0,b=e.__k=Array(i);for(a=0;a<i;a++)(o=t[a])!=null&&typeof o!=`boolean`&&typeof o!=`function`?(typeof o!=`object`||o.constructor===String?o=b[a]=x(null,o):g(o)?o=b[a]=x(S,{children:o}):o.constructor===f&&o.__b?o=b[a]=x(o.type,o.props,o.key,o.ref,o.__v):b[a]=o,c=a+v,o.__=e,o.__b=e.__b+1,s=null,~(l=o.__i=ie(o,n,c,_))&&(_--,(s=n[l])&&(s.__u|=2)),s&&s.__v?(o.__u|=16,l==c-1?v--:l==c+1?v++:l!=c&&(l>c?v--:v++,y=1)):(~l||(i>h?v--:i<h&&v++),typeof o.type!=`function`&&(o.__u|=4))):b[a]=null;if(y){for(u=[],d=[],a=0;a<i;a++)if((o=b[a])&&16&o.__u){for(v=0,p=u.length;v<p;)u[m=v+p>>1]<o.__i?v=m+1:p=m;u[v]=o.__i,d[a]=v+1}for(v=u.length;a--;)d[a]&&(d[a]==v?v--:b[a].__u|=4)}if(_)for(a=0;a<h;a++)!(s=n[a])||2&s.__u||(s.__e==r&&(r=w(s)),pe(s,s));return r}function re(e,t,n,r){var i,a,o,s;if(typeof e.type==`function`){if(e.props.__P)return t;if(i=e.__k)for(a=0;a<i.length;a++)i[a]&&(i[a].__=e,t=re(i[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=w(e))&&!t.parentNode&&(t=null),o=e.__e,s=t;s&&s.nodeType==8;)s=s.nextSibling;for(o!=s&&(!r&&n.moveBefore&&o.parentNode?n.moveBefore(o,t):n.insertBefore(o,t||null)),t=o;(t&&=t.nextSibling)&&t.nodeType==8&&!t.data.startsWith(`$s`););return t}function ie(e,t,n,r){var i,a=e.key,o=e.type,s=t[n],c=s&&!(2&s.__u);if(s===null&&a==null||c&&a==s.key&&o==s.type)return n;if(r>+!!c){for(i=n-1;i>=0;i--)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i;for(i=n+1;i<t.length;i++)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i}return-1}function ae(e,t,n){n??=``,t[0]==`-`?e.setProperty(t,n):e[t]=n}function O(e,t,n,r,i){var a,o;if(t==`style`){if(typeof n==`string`)e.style.cssText=n;else{if(typeof r==`string`&&(e.style.cssText=r=``),r)for(t in r)n&&t in n||ae(e.style,t);if(n)for(t in n)r&&n[t]==r[t]||ae(e.style,t,n[t])}}else if(t[0]==`o`&&t[1]==`n`)typeof n!=`function`&&(n=null),typeof r!=`function`&&(r=null),(e.__e||={})[t]=n,n&&r||(o=u[t]||(u[t]=oe(t)),(e.__a||={})[t]=l,a=t!=(t=t.replace(c,`$1`)),(t=t.slice(2))[0]<`a`&&(t=t.toLowerCase()),n?e.addEventListener(t,o,a):e.removeEventListener(t,o,a));else{if(i==`http://www.w3.org/2000/svg`)t=t.replace(/xlink(H|:h)/,`h`).replace(/sName$/,`s`);else if(t!=`width`&&t!=`height`&&t!=`href`&&t!=`list`&&t!=`form`&&t!=`tabIndex`&&t!=`download`&&t!=`rowSpan`&&t!=`colSpan`&&t!=`role`&&t!=`popover`&&t in e)try{e[t]=n??``;return}catch{}if(typeof n==`function`)return;n==null||!1===n&&t[4]!=`-`?e.removeAttribute(t):e.setAttribute(t,t==`popover`&&n==1?``:n)}}function oe(t){return function(n){var r=this.__e;if(r){if(r=r[t],n[s]==null)n[s]=l++;else if(n[s]<this.__a[t])return;return r(e.event?e.event(n):n)}}}function se(t,n,r,i,a,o,s,c,l,u){var d,p,h,_,b,x,T,E,D,ee,ne,re,ie,ae,O,oe,se,ue,fe=n.type;if(n.constructor!==f)return null;128&r.__u&&(l=32&r.__u,d=r.__c.__z)&&(n.__u|=l,p=o=[],d.nodeType==8?c=ce(d,o):o.push(d),c=o[0]||c),(d=e.__b)&&d(n);n:if(typeof fe==`function`){h=s.length;try{if(E=n.props,D=(d=fe.prototype)&&d.render,ee=(d=fe.contextType)&&i[d.__c],ne=d?ee?ee.props.value:d.__:i,(_=r.__c)?(n.__c=_,2&_.__g&&(_.__g|=1)):(D?n.__c=_=new fe(E,ne):(n.__c=_=new C(E,ne),_.constructor=fe,_.render=me),ee&&ee.sub(_),_.state||(_.state={}),_.__n=i,_.__g|=8,_.__h=[],_.__k=[]),D&&(_.__s||(_.__s=_.state),fe.getDerivedStateFromProps&&(_.__s==_.state&&(_.__s=v({},_.__s)),v(_.__s,fe.getDerivedStateFromProps(E,_.__s)))),b=_.props,x=_.state,_.__v=n,r.__c){if(E!==b&&D&&!fe.getDerivedStateFromProps&&_.componentWillReceiveProps&&_.componentWillReceiveProps(E,ne),n.__v==r.__v&&!(8&_.__g)||!(4&_.__g)&&_.shouldComponentUpdate&&!1===_.shouldComponentUpdate(E,_.__s,ne)){n.__v!=r.__v&&(_.props=E,_.state=_.__s,_.__g&=-9),n.__e=r.__e,n.__k=r.__k,n.__k.some(function(e){e&&(e.__=n)}),m.push.apply(_.__h,_.__k),_.__k=[],_.__h.length&&s.push(_),c=w(r);break n}_.componentWillUpdate&&_.componentWillUpdate(E,_.__s,ne),D&&_.componentDidUpdate&&_.__h.push(function(){_.componentDidUpdate(b,x,T)})}else D&&!fe.getDerivedStateFromProps&&_.componentWillMount&&_.componentWillMount(),D&&_.componentDidMount&&_.__h.push(_.componentDidMount);_.context=ne,_.props=E,_.__P=t,_.__g&=-5,re=e.__r,ie=D?25:0;do _.__g&=-9,re&&re(n),d=_.render(_.props,_.state=_.__s,_.context);while(8&_.__g&&++ie<25);D&&(m.push.apply(_.__h,_.__k),_.__k=[]),_.state=_.__s,_.getChildContext&&(i=v({},i,_.getChildContext())),D&&r.__c&&_.getSnapshotBeforeUpdate&&(T=_.getSnapshotBeforeUpdate(b,x)),ae=d&&d.type===S&&d.key==null?d.props.children:d,E.__P&&(d=c,a=(t=E.__P).namespaceURI,l=o=null,r.props&&r.props.__P!=t&&(r.__k.some(function(e){e&&pe(e,e)}),r.__k=null),c=r.__k?w(r,0):null),c=te(t,g(ae)?ae:[ae],n,r,i,a,o,s,c,l,u),E.__P&&(n.__e=null,c=d),n.__u&=-161,p&&p.some(y),_.__h.length&&s.push(_),1&_.__g&&(_.__g&=-4)}catch(t){if(s.length=h,n.__v=null,l||o){if(t&&t.then){if(n.__u|=128|l,o){for(~(se=o.indexOf(c||void 0))||(se=o.length);(ue=o[se-1])&&ue.nodeType==8;)se--;for(;se<o.length;se++)if(ue=o[se]){if(o[se]=null,O){if(ue==oe)break}else{if(ue.nodeType!=8)break;ue.data.startsWith(`$s`)&&(oe=ce(O=ue))}}}if(!O){for(;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;O=c}(d=ce(O=n.__c.__z||(n.__c.__z=O)))?(n.__e=O,c=d):n.__e=c,c&&=c.nextSibling}else o&&o.some(y)}else n.__e=r.__e;n.__k||=r.__k||[],t&&t.then||le(n),e.__e(t,n,r)}}else c=n.__e=de(r.__e,n,r,i,a,o,s,l,u,t);return(d=e.diffed)&&d(n),c}function ce(e,t){if(e&&e.nodeType==8&&e.data.startsWith(`$s`))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith(`$s`))n++;else if(e.data.startsWith(`/$s`)&&!--n)return e}t&&t.push(e)}}function le(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(le))}function ue(t,n,r){for(var i=0;i<r.length;)fe(r[i++],r[i++],r[i++]);e.__c&&e.__c(n,t),t.some(function(n){try{t=n.__h,n.__h=[],t.some(function(e){e.call(n)})}catch(t){e.__e(t,n.__v)}})}function de(t,n,r,i,a,o,s,c,l,u){var d,f,m,v,b,x,S,C,T=r.props||p,E=n.props,D=n.type;if(D==`svg`?a=`http://www.w3.org/2000/svg`:D==`math`?a=`http://www.w3.org/1998/Math/MathML`:a||=`http://www.w3.org/1999/xhtml`,o){for(d=0;d<o.length;d++)if((b=o[d])&&(D?b.localName==D:b.nodeType==3)){t=b,o[d]=null;break}}if(!t){if(C=u.ownerDocument||document,!D)return C.createTextNode(E);t=C.createElementNS(a,D,E.is?E:u),c&&=(e.__m&&e.__m(n,o),!1),o=null}if(D){if(u=D==`template`&&t.content||t,o=D==`textarea`&&E.defaultValue!=null?null:o&&_.call(u.childNodes),!c&&o)for(T={},d=0;d<t.attributes.length;d++)T[(b=t.attributes[d]).name]=b.value;for(d in T)b=T[d],d==`dangerouslySetInnerHTML`?m=b:d==`children`||d in E||d==`value`&&`defaultValue`in E||d==`checked`&&`defaultChecked`in E||O(t,d,null,b,a);for(d in E)b=E[d],d==`children`?v=b:d==`dangerouslySetInnerHTML`?f=b:d==`value`?x=b:d==`checked`?S=b:c&&typeof b!=`function`||T[d]===b||O(t,d,b,T[d],a);f?(c||m&&(f.__html==m.__html||f.__html==t.innerHTML)||(t.innerHTML=f.__html),n.__k=[]):(m&&(t.textContent=``),(D==`foreignObject`||a==`http://www.w3.org/1998/Math/MathML`&&h.test(D))&&(a=`http://www.w3.org/1999/xhtml`),te(u,g(v)?v:[v],n,r,i,a,o,s,o?o[0]:r.__k&&w(r,0),c,l),o&&o.some(y)),c&&D!=`textarea`||(d=`value`,D==`progress`&&x==null?t.removeAttribute(d):x==null||x===t[d]&&(D!=`progress`||x)||O(t,d,x,T[d],a),d=`checked`,S!=null&&S!=t[d]&&O(t,d,S,T[d],a))}else T===E||c&&t.data==E||(t.data=E);return t}function fe(t,n,r,i){try{typeof t==`function`?n?n.__x=t(n)||1:(i&&=i.__c||i.__e)&&(n=i.__x)&&(i.__x=null,typeof n==`function`?n():t(null)):t.current=n}catch(t){e.__e(t,r)}}function pe(t,n,r){var i,a,o,s;if(e.unmount&&e.unmount(t),!(i=t.ref)||i.current&&i.current!=t.__e||fe(i,null,n,t),i=t.__c){if(i.componentWillUnmount)try{i.componentWillUnmount()}catch(t){e.__e(t,n)}i.__P=i.__n=null}if(i=t.__k)for(s=0;s<i.length;s++)i[s]&&pe(i[s],n,typeof t.type!=`function`||r&&!t.props.__P);!r&&(i=t.__c)&&(i=i.__z)&&(a=ce(i,o=[]))&&(i==t.__e&&o.some(y),y(a),y(i)),r||y(t.__e),t.__e=t.__c=t.__=null}function me(e,t,n){return this.constructor(e,n)}function he(t,n){var r,i,a,o;e.__&&e.__(t,n),n.nodeType==9&&(n=n.documentElement),i=(r=t&&32&t.__u)?null:n.__k,n.__k=x(S,{children:[t]}),a=[],o=[],se(n,n.__k,i||p,p,n.namespaceURI,i?null:n.firstChild?_.call(n.childNodes):null,a,i?i.__e:n.firstChild,r,o),ue(a,n.__k,o),n.__k.props.children=null}function ge(e){function t(e){var n,r;return this.getChildContext||(n=new Set,(r={})[t.__c]=this,this.getChildContext=function(){return r},this.shouldComponentUpdate=function(e){this.props.value!=e.value&&n.forEach(function(e){e.__g|=4,D(e)})},this.sub=function(e){n.add(e);var t=e.componentWillUnmount;e.componentWillUnmount=function(){n.delete(e),t&&t.call(e)}}),e.children}return t.__c=`__cC`+d++,t.__=e,t.Provider=(t.Consumer=function(e,t){return e.children(t)}).contextType=t,t}e={__e:function(e,t,n,r){for(var i,o,s;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((s=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(e)),i.componentDidCatch&&(i.componentDidCatch(e,r||{}),s=1),s&&8&i.__g)return void(i.__g|=2)}catch(t){e=t}}throw a=0,e}},t=0,n=function(e){return e!=null&&e.constructor===f},C.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=v({},this.state)),typeof e==`function`&&(e=e(v({},n),this.props)),e&&(v(n,e),this.__v&&(t&&this.__k.push(t),D(this)))},C.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),D(this))},C.prototype.render=S,r=[],a=0,o=function(e,t){return e.__v.__b-t.__v.__b},s=Symbol(),c=/(PointerCapture)$|Capture$/i,l=0,u={},d=0;var _e,k,ve,ye,be=Object.is,xe=0,Se=[],Ce=[],A=e,we=A.__b,Te=A.__r,Ee=A.diffed,De=A.__c,Oe=A.unmount,ke=A.__;function Ae(e,t){A.__h&&A.__h(k,e,xe||t),xe=0;var n=k.__H||(k.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function j(e){return xe=1,je(We,e)}function je(e,t,n){var r=Ae(_e++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):We(void 0,t),function(e){var t=(r.__N||r.__)[0],n=r.t(t,e);be(t,n)||(r.__N=[n,r.__[1]],r.__c.setState({}))}],r.__c=k,!k.__f)){k.__f=!0;var i=k.shouldComponentUpdate;k.shouldComponentUpdate=function(e,t,n){var r=this.__H;if(!r)return!0;var a=!1,o=this.props!=e;if(r.__.some(function(e){e.__N&&(a=!0,be(e.__[0],e.__N[0])||(o=!0))}),i){var s=i.call(this,e,t,n);return a?s||o:s}return!a||o}}return r.__}function M(e,t){var n=Ae(_e++,3);!A.__s&&Ue(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,k.__H.__h.push(n))}function Me(e,t){var n=Ae(_e++,4);!A.__s&&Ue(n.__H,t)&&(n.__P=!1,n.__=e,n.u=t,k.__h.push(n))}function N(e){return xe=5,Ne(function(){return{current:e}},[])}function Ne(e,t){var n=Ae(_e++,7);return Ue(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function Pe(e,t){return xe=8,Ne(function(){return e},t)}function Fe(e){var t=k.context[e.__c],n=Ae(_e++,9);return n.c=e,t?(n.__??(n.__=!0,t.sub(k)),t.props.value):e.__}function Ie(){var e=Ae(_e++,11);if(!e.__){for(var t=k.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__=`P`+n[0]+`-`+n[1]++}return e.__}function Le(){var e;do{for(;e=Ce.shift();)try{Ve(e)}catch(t){A.__e(t,{__:(e=e.__P)&&e.__v})}for(;e=Se.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Ve),t.__h.some(He),t.__h=[]}catch(n){t.__h=[],A.__e(n,e.__v)}}}while(Ce.length)}A.__b=function(e){k=null,we&&we(e)},A.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),ke&&ke(e,t)},A.__r=function(e){Te&&Te(e),_e=0;var t=(k=e.__c).__H;t&&(ve==k?k.__h=[]:(t.__h.some(Ve),t.__h.some(He),_e=0),t.__h=[],t.__.some(function(e){e.__N&&(e.__=e.__N),e.u=e.__N=void 0})),ve=k},A.diffed=function(e){Ee&&Ee(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&Be(Se.push(t)),t.__H.__.some(function(e){e.u&&(e.__H=e.u)})),ve=k=null},A.__c=function(e,t){t.some(function(e){try{e.__h.some(Ve),e.__h=e.__h.filter(function(e){return!e.__||He(e)})}catch(t){e.__h=[function(){throw t}]}}),De&&De(e,t)},A.unmount=function(e){Oe&&Oe(e);var t,n,r=e.__c;r&&r.__H&&(r.__H.__.some(function(r){try{if(r.__P&&r.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n&&=n.__c}r.__P=n,Be(Ce.push(r))}else Ve(r)}catch(e){t=e}}),r.__H=void 0,t&&A.__e(t,r.__v))};var Re=typeof requestAnimationFrame==`function`;function ze(e){var t,n=function(){clearTimeout(r),Re&&cancelAnimationFrame(t),setTimeout(e)},r=setTimeout(n,35);Re&&(t=requestAnimationFrame(n))}function Be(e){e!=1&&ye==A.requestAnimationFrame||((ye=A.requestAnimationFrame)||ze)(Le)}function Ve(e){var t=k,n=e.__c;typeof n==`function`&&(e.__c=void 0,n()),k=t}function He(e){var t=k;e.__c=e.__(),k=t}function Ue(e,t){return!e||e.length!=t.length||t.some(function(t,n){return!be(t,e[n])})}function We(e,t){return typeof t==`function`?t(e):t}var Ge=Symbol.for(`preact-signals`);function Ke(){if(Ze>1)Ze--;else{var e,t=!1;for((function(){var e=tt;for(tt=void 0;e!==void 0;){var t=e.S;if(t.v===e.v)for(var n=t.t;n!==void 0;n=n.x)n.i===e.i&&(n.i=t.i);e=e.o}})();Xe!==void 0;){var n=Xe;for(Xe=void 0,Qe++;n!==void 0;){var r=n.u;if(n.u=void 0,n.f&=-3,!(8&n.f)&&it(n))try{n.c()}catch(n){t||=(e=n,!0)}n=r}}if(Qe=0,Ze--,t)throw e}}function qe(e){if(Ze>0)return e();et=++$e,Ze++;try{return e()}finally{Ke()}}var Je,P=void 0;function Ye(e){var t=P,n=Je;P=void 0,Je=void 0;try{return e()}finally{P=t,Je=n}}var Xe=void 0,Ze=0,Qe=0,$e=0,et=0,tt=void 0,nt=0;function rt(e){if(P!==void 0){var t=e.n;if(t===void 0||t.t!==P)return t={i:0,S:e,p:P.s,n:void 0,t:P,e:void 0,x:void 0,r:t},P.s!==void 0&&(P.s.n=t),P.s=t,e.n=t,32&P.f&&e.S(t),t;if(t.i===-1)return t.i=0,t.n!==void 0&&(t.n.p=t.p,t.p!==void 0&&(t.p.n=t.n),t.p=P.s,t.n=void 0,P.s.n=t,P.s=t),t}}function F(e,t){this.v=e,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=t?.watched,this.Z=t?.unwatched,this.name=t?.name}F.prototype.brand=Ge,F.prototype.h=function(){return!0},F.prototype.S=function(e){var t=this,n=this.t;n!==e&&e.e===void 0&&(e.x=n,this.t=e,n===void 0?Ye(function(){var e;(e=t.W)==null||e.call(t)}):n.e=e)},F.prototype.U=function(e){var t=this;if(this.t!==void 0){var n=e.e,r=e.x;n!==void 0&&(n.x=r,e.e=void 0),r!==void 0&&(r.e=n,e.x=void 0),e===this.t&&(this.t=r,r===void 0&&Ye(function(){var e;(e=t.Z)==null||e.call(t)}))}},F.prototype.subscribe=function(e){var t=this;return ft(function(){var n=t.value;Ye(function(){return e(n)})},{name:`sub`})},F.prototype.valueOf=function(){return this.value},F.prototype.toString=function(){return this.value+``},F.prototype.toJSON=function(){return this.value},F.prototype.peek=function(){var e=this;return Ye(function(){return e.value})},Object.defineProperty(F.prototype,"value",{get:function(){var e=rt(this);return e!==void 0&&(e.i=this.i),this.v},set:function(e){if(e!==this.v){if(Qe>100)throw Error(`Cycle detected`);(function(e){Ze!==0&&Qe===0&&e.l!==et&&(e.l=et,tt={S:e,v:e.v,i:e.i,o:tt})})(this),this.v=e,this.i++,nt++,Ze++;try{for(var t=this.t;t!==void 0;t=t.x)t.t.N()}finally{Ke()}}}});function I(e,t){return new F(e,t)}function it(e){for(var t=e.s;t!==void 0;t=t.n)if(t.S.i!==t.i||!t.S.h()||t.S.i!==t.i)return!0;return!1}function at(e){for(var t=e.s;t!==void 0;t=t.n){var n=t.S.n;if(n!==void 0&&(t.r=n),t.S.n=t,t.i=-1,t.n===void 0){e.s=t;break}}}function ot(e){for(var t=e.s,n=void 0;t!==void 0;){var r=t.p;t.i===-1?(t.S.U(t),r!==void 0&&(r.n=t.n),t.n!==void 0&&(t.n.p=r)):n=t,t.S.n=t.r,t.r!==void 0&&(t.r=void 0),t=r}e.s=n}function st(e,t){F.call(this,void 0,t),this.x=e,this.s=void 0,this.g=nt-1,this.f=4}st.prototype=new F,st.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===nt))return!0;if(this.g=nt,this.f|=1,this.i>0&&!it(this))return this.f&=-2,!0;var e=P;try{at(this),P=this;var t=this.x();(16&this.f||this.v!==t||this.i===0)&&(this.v=t,this.f&=-17,this.i++)}catch(e){this.v=e,this.f|=16,this.i++}return P=e,ot(this),this.f&=-2,!0},st.prototype.S=function(e){if(this.t===void 0){this.f|=36;for(var t=this.s;t!==void 0;t=t.n)t.S.S(t)}F.prototype.S.call(this,e)},st.prototype.U=function(e){if(this.t!==void 0&&(F.prototype.U.call(this,e),this.t===void 0)){this.f&=-33;for(var t=this.s;t!==void 0;t=t.n)t.S.U(t)}},st.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var e=this.t;e!==void 0;e=e.x)e.t.N()}},Object.defineProperty(st.prototype,"value",{get:function(){if(1&this.f)throw Error(`Cycle detected`);var e=rt(this);if(this.h(),e!==void 0&&(e.i=this.i),16&this.f)throw this.v;return this.v}});function L(e,t){return new st(e,t)}function ct(e){var t=e.j;if(e.j=void 0,typeof t==`function`){Ze++;var n=P;P=void 0;try{t()}catch(t){throw e.f&=-2,e.f|=8,lt(e),t}finally{P=n,Ke()}}}function lt(e){for(var t=e.s;t!==void 0;t=t.n)t.S.U(t);e.x=void 0,e.s=void 0,ct(e)}function ut(e){if(P!==this)throw Error(`Out-of-order effect`);ot(this),P=e,this.f&=-2;try{8&this.f&&lt(this)}finally{Ke()}}function dt(e,t){this.x=e,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=t?.name,Je&&Je.push(this)}dt.prototype.c=function(){var e=this.S();try{if(8&this.f||this.x===void 0)return;var t=this.x();typeof t==`function`&&(this.j=t)}finally{e()}},dt.prototype.S=function(){if(1&this.f)throw Error(`Cycle detected`);this.f|=1,this.f&=-9,ct(this),at(this),Ze++;var e=P;return P=this,ut.bind(this,e)},dt.prototype.N=function(){2&this.f||(this.f|=2,this.u=Xe,Xe=this)},dt.prototype.d=function(){this.f|=8,1&this.f||lt(this)},dt.prototype.dispose=function(){this.d()};function ft(e,t){var n=new dt(e,t);try{n.c()}catch(e){throw n.d(),e}var r=n.d.bind(n);return r[Symbol.dispose]=r,r}var pt,mt,ht=typeof window<`u`&&!!window.__PREACT_SIGNALS_DEVTOOLS__,gt=[];ft(function(){pt=this.N})();function _t(t,n){e[t]=n.bind(null,e[t]||function(){})}function vt(e){if(mt){var t=mt;mt=void 0,t()}mt=e&&e.S()}function yt(e){var t=this,r=e.data,i=xt(r);i.name=`ReactiveDom`,i.value=r;var a=Ne(function(){for(var e=t,r=t.__v;r=r.__;)if(r.__c){r.__c.__$f|=4;break}var a=L(function(){var e=i.value.value;return e===0?0:!0===e?``:e||``}),o=L(function(){return!Array.isArray(a.value)&&!n(a.value)}),s=ft(function(){if(this.N=wt,o.value){var t=a.value;e.__v&&e.__v.__e&&e.__v.__e.nodeType===3&&(e.__v.__e.data=t)}}),c=t.__$u.d;return t.__$u.d=function(){s(),c.call(this)},[o,a]},[]),o=a[0],s=a[1];return o.value?s.peek():s.value}yt.displayName=`ReactiveTextNode`,Object.defineProperties(F.prototype,{constructor:{configurable:!0,value:b(S,null).constructor},type:{configurable:!0,value:yt},props:{configurable:!0,get:function(){var e=this;return{data:{get value(){return e.value}}}}},__b:{configurable:!0,value:1}}),_t(`__b`,function(e,t){if(vt(),typeof t.type==`string`){var n,r=t.props;for(var i in r)if(i!==`children`){var a=r[i];a instanceof F&&(n||(t.__np=n={}),n[i]=a,r[i]=a.peek())}}e(t)}),_t(`__r`,function(e,t){if(e(t),t.type!==S){vt();var n,r=t.__c;r&&(r.__$f&=-2,(n=r.__$u)===void 0&&(r.__$u=n=function(e,t){var n;return ft(function(){n=this},{name:t}),n.c=e,n}(function(e){return function(){var t;ht&&((t=this.y)==null||t.call(this)),e.__$f|=1,e.setState({})}}(r),typeof t.type==`function`?t.type.displayName||t.type.name:``))),vt(n)}}),_t(`__e`,function(e,t,n,r){vt(),e(t,n,r)}),_t(`diffed`,function(e,t){vt();var n;if(typeof t.type==`string`&&(n=t.__e)){var r=t.__np,i=t.props,a=n.U;if(a)for(var o in a){var s=a[o];s===void 0||r&&o in r||(s.d(),a[o]=void 0)}if(r)for(var c in a||(a={},n.U=a),r){var l=a[c],u=r[c];l===void 0?(l=bt(n,c,u,i),a[c]=l):l.o(u,i)}}e(t)});function bt(e,t,n,r){var i=t in e&&e.ownerSVGElement===void 0,a=I(n);return{o:function(e,t){a.value=e,r=t},d:ft(function(){this.N=wt;var n=a.value.value;r[t]!==n&&(r[t]=n,i?e[t]=n:n!=null&&(!1!==n||t[4]===`-`)?e.setAttribute(t,n):e.removeAttribute(t))})}}_t(`unmount`,function(e,t){if(typeof t.type==`string`){var n=t.__e;if(n){var r=n.U;if(r)for(var i in n.U=void 0,r){var a=r[i];a&&a.d()}}var o=t.__np;if(o){var s=t.props;for(var c in o)s[c]=o[c]}t.__np=void 0}else{var l=t.__c;if(l){l.__$f|=8;var u=l.__$u;u&&(l.__$u=void 0,u.d())}}e(t)}),_t(`__h`,function(e,t,n,r){r<3&&(t.__$f|=2),e(t,n,r)}),C.prototype.shouldComponentUpdate=function(e,t){if(this.__R)return!0;var n=this.__$u,r=n&&n.s!==void 0;for(var i in t)return!0;if(this.__f||typeof this.u==`boolean`&&!0===this.u){var a=2&this.__$f;if(!(r||a||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var o in e)if(o!==`__source`&&e[o]!==this.props[o])return!0;for(var s in this.props)if(!(s in e))return!0;return!1};function xt(e,t){return Ne(function(){return I(e,t)},[])}var St=function(e){queueMicrotask(function(){queueMicrotask(e)})};function Ct(){qe(function(){for(var e;e=gt.shift();)pt.call(e)})}function wt(){gt.push(this)===1&&(e.requestAnimationFrame||St)(Ct)}var Tt={NAME:`Name`,DOCUMENT:`Document`,OPERATION_DEFINITION:`OperationDefinition`,VARIABLE_DEFINITION:`VariableDefinition`,SELECTION_SET:`SelectionSet`,FIELD:`Field`,ARGUMENT:`Argument`,FRAGMENT_SPREAD:`FragmentSpread`,INLINE_FRAGMENT:`InlineFragment`,FRAGMENT_DEFINITION:`FragmentDefinition`,VARIABLE:`Variable`,INT:`IntValue`,FLOAT:`FloatValue`,STRING:`StringValue`,BOOLEAN:`BooleanValue`,NULL:`NullValue`,ENUM:`EnumValue`,LIST:`ListValue`,OBJECT:`ObjectValue`,OBJECT_FIELD:`ObjectField`,DIRECTIVE:`Directive`,NAMED_TYPE:`NamedType`,LIST_TYPE:`ListType`,NON_NULL_TYPE:`NonNullType`},Et=class extends Error{constructor(e,t,n,r,i,a,o){super(e),this.name=`GraphQLError`,this.message=e,i&&(this.path=i),t&&(this.nodes=Array.isArray(t)?t:[t]),n&&(this.source=n),r&&(this.positions=r),a&&(this.originalError=a);var s=o;if(!s&&a){var c=a.extensions;c&&typeof c==`object`&&(s=c)}this.extensions=s||{}}toJSON(){return{...this,message:this.message}}toString(){return this.message}get[Symbol.toStringTag](){return`GraphQLError`}},R,z;function B(e){return new Et(`Syntax Error: Unexpected token at ${z} in ${e}`)}function Dt(e){if(e.lastIndex=z,e.test(R))return R.slice(z,z=e.lastIndex)}var Ot=/ +(?=[^\s])/y;function kt(e){for(var t=e.split(`
`),n=``,r=0,i=0,a=t.length-1,o=0;o<t.length;o++)Ot.lastIndex=0,Ot.test(t[o])&&(o&&(!r||Ot.lastIndex<r)&&(r=Ot.lastIndex),i||=o,a=o);for(var s=i;s<=a;s++)s!==i&&(n+=`
`),n+=t[s].slice(r).replace(/\\"""/g,`"""`);return n}function V(){for(var e=0|R.charCodeAt(z++);e===9||e===10||e===13||e===32||e===35||e===44||e===65279;e=0|R.charCodeAt(z++))if(e===35)for(;(e=0|R.charCodeAt(z++))&&e!==10&&e!==13;);z--}function At(){for(var e=z,t=0|R.charCodeAt(z++);t>=48&&t<=57||t>=65&&t<=90||t===95||t>=97&&t<=122;t=0|R.charCodeAt(z++));if(e===z-1)throw B(`Name`);var n=R.slice(e,--z);return V(),n}function H(){return{kind:`Name`,value:At()}}var jt=/(?:"""|(?:[\s\S]*?[^\\])""")/y,Mt=/(?:(?:\.\d+)?[eE][+-]?\d+|\.\d+)/y;function Nt(e){var t;switch(R.charCodeAt(z)){case 91:z++,V();for(var n=[];R.charCodeAt(z)!==93;)n.push(Nt(e));return z++,V(),{kind:`ListValue`,values:n};case 123:z++,V();for(var r=[];R.charCodeAt(z)!==125;){var i=H();if(R.charCodeAt(z++)!==58)throw B(`ObjectField`);V(),r.push({kind:`ObjectField`,name:i,value:Nt(e)})}return z++,V(),{kind:`ObjectValue`,fields:r};case 36:if(e)throw B(`Variable`);return z++,{kind:`Variable`,name:H()};case 34:if(R.charCodeAt(z+1)===34&&R.charCodeAt(z+2)===34){if(z+=3,(t=Dt(jt))==null)throw B(`StringValue`);return V(),{kind:`StringValue`,value:kt(t.slice(0,-3)),block:!0}}var a=z,o;z++;var s=!1;for(o=0|R.charCodeAt(z++);o===92&&(z++,s=!0)||o!==10&&o!==13&&o!==34&&o;o=0|R.charCodeAt(z++));if(o!==34)throw B(`StringValue`);return t=R.slice(a,z),V(),{kind:`StringValue`,value:s?JSON.parse(t):t.slice(1,-1),block:!1};case 45:case 48:case 49:case 50:case 51:case 52:case 53:case 54:case 55:case 56:case 57:for(var c=z++,l;(l=0|R.charCodeAt(z++))>=48&&l<=57;);var u=R.slice(c,--z);if((l=R.charCodeAt(z))===46||l===69||l===101){if((t=Dt(Mt))==null)throw B(`FloatValue`);return V(),{kind:`FloatValue`,value:u+t}}return V(),{kind:`IntValue`,value:u};case 110:if(R.charCodeAt(z+1)===117&&R.charCodeAt(z+2)===108&&R.charCodeAt(z+3)===108)return z+=4,V(),{kind:`NullValue`};break;case 116:if(R.charCodeAt(z+1)===114&&R.charCodeAt(z+2)===117&&R.charCodeAt(z+3)===101)return z+=4,V(),{kind:`BooleanValue`,value:!0};break;case 102:if(R.charCodeAt(z+1)===97&&R.charCodeAt(z+2)===108&&R.charCodeAt(z+3)===115&&R.charCodeAt(z+4)===101)return z+=5,V(),{kind:`BooleanValue`,value:!1}}return{kind:`EnumValue`,value:At()}}function Pt(e){if(R.charCodeAt(z)===40){var t=[];z++,V();do{var n=H();if(R.charCodeAt(z++)!==58)throw B(`Argument`);V(),t.push({kind:`Argument`,name:n,value:Nt(e)})}while(R.charCodeAt(z)!==41);return z++,V(),t}}function Ft(e){if(R.charCodeAt(z)===64){var t=[];do z++,t.push({kind:`Directive`,name:H(),arguments:Pt(e)});while(R.charCodeAt(z)===64);return t}}function It(){for(var e=0;R.charCodeAt(z)===91;)e++,z++,V();var t={kind:`NamedType`,name:H()};do if(R.charCodeAt(z)===33&&(z++,V(),t={kind:`NonNullType`,type:t}),e){if(R.charCodeAt(z++)!==93)throw B(`NamedType`);V(),t={kind:`ListType`,type:t}}while(e--);return t}function Lt(){if(R.charCodeAt(z++)!==123)throw B(`SelectionSet`);return V(),Rt()}function Rt(){var e=[];do if(R.charCodeAt(z)===46){if(R.charCodeAt(++z)!==46||R.charCodeAt(++z)!==46)throw B(`SelectionSet`);switch(z++,V(),R.charCodeAt(z)){case 64:e.push({kind:`InlineFragment`,typeCondition:void 0,directives:Ft(!1),selectionSet:Lt()});break;case 111:R.charCodeAt(z+1)===110?(z+=2,V(),e.push({kind:`InlineFragment`,typeCondition:{kind:`NamedType`,name:H()},directives:Ft(!1),selectionSet:Lt()})):e.push({kind:`FragmentSpread`,name:H(),directives:Ft(!1)});break;case 123:z++,V(),e.push({kind:`InlineFragment`,typeCondition:void 0,directives:void 0,selectionSet:Rt()});break;default:e.push({kind:`FragmentSpread`,name:H(),directives:Ft(!1)})}}else{var t=H(),n=void 0;R.charCodeAt(z)===58&&(z++,V(),n=t,t=H());var r=Pt(!1),i=Ft(!1),a=void 0;R.charCodeAt(z)===123&&(z++,V(),a=Rt()),e.push({kind:`Field`,alias:n,name:t,arguments:r,directives:i,selectionSet:a})}while(R.charCodeAt(z)!==125);return z++,V(),{kind:`SelectionSet`,selections:e}}function zt(){if(V(),R.charCodeAt(z)===40){var e=[];z++,V();do{var t=void 0;if(R.charCodeAt(z)===34&&(t=Nt(!0)),R.charCodeAt(z++)!==36)throw B(`Variable`);var n=H();if(R.charCodeAt(z++)!==58)throw B(`VariableDefinition`);V();var r=It(),i=void 0;R.charCodeAt(z)===61&&(z++,V(),i=Nt(!0)),V();var a={kind:`VariableDefinition`,variable:{kind:`Variable`,name:n},type:r,defaultValue:i,directives:Ft(!0)};t&&(a.description=t),e.push(a)}while(R.charCodeAt(z)!==41);return z++,V(),e}}function Bt(e){var t=H();if(R.charCodeAt(z++)!==111||R.charCodeAt(z++)!==110)throw B(`FragmentDefinition`);V();var n={kind:`FragmentDefinition`,name:t,typeCondition:{kind:`NamedType`,name:H()},directives:Ft(!1),selectionSet:Lt()};return e&&(n.description=e),n}function Vt(){var e=[];do{var t=void 0;if(R.charCodeAt(z)===34&&(t=Nt(!0)),R.charCodeAt(z)===123){if(t)throw B(`Document`);z++,V(),e.push({kind:`OperationDefinition`,operation:`query`,name:void 0,variableDefinitions:void 0,directives:void 0,selectionSet:Rt()})}else{var n=At();switch(n){case`fragment`:e.push(Bt(t));break;case`query`:case`mutation`:case`subscription`:var r,i=void 0;(r=R.charCodeAt(z))!==40&&r!==64&&r!==123&&(i=H());var a={kind:`OperationDefinition`,operation:n,name:i,variableDefinitions:zt(),directives:Ft(!1),selectionSet:Lt()};t&&(a.description=t),e.push(a);break;default:throw B(`Document`)}}}while(z<R.length);return e}function Ht(e,t){return R=e.body?e.body:e,z=0,V(),t&&t.noLocation?{kind:`Document`,definitions:Vt()}:{kind:`Document`,definitions:Vt(),loc:{start:0,end:R.length,startToken:void 0,endToken:void 0,source:{body:R,name:`graphql.web`,locationOffset:{line:1,column:1}}}}}function U(e,t,n){for(var r=``,i=0;i<e.length;i++)i&&(r+=t),r+=n(e[i]);return r}function Ut(e){return JSON.stringify(e)}function Wt(e){return`"""
`+e.replace(/"""/g,`\\"""`)+`
"""`}var Gt=`
`,W={OperationDefinition(e){var t=``;e.description&&(t+=W.StringValue(e.description)+`
`),t+=e.operation,e.name&&(t+=` `+e.name.value),e.variableDefinitions&&e.variableDefinitions.length&&(e.name||(t+=` `),t+=`(`+U(e.variableDefinitions,`, `,W.VariableDefinition)+`)`),e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive));var n=W.SelectionSet(e.selectionSet);return t===`query`?n:t+` `+n},VariableDefinition(e){var t=``;return e.description&&(t+=W.StringValue(e.description)+` `),t+=W.Variable(e.variable)+`: `+Kt(e.type),e.defaultValue&&(t+=` = `+Kt(e.defaultValue)),e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive)),t},Field(e){var t=e.alias?e.alias.value+`: `+e.name.value:e.name.value;if(e.arguments&&e.arguments.length){var n=U(e.arguments,`, `,W.Argument);t.length+n.length+2>80?t+=`(`+(Gt+=`  `)+U(e.arguments,Gt,W.Argument)+(Gt=Gt.slice(0,-2))+`)`:t+=`(`+n+`)`}return e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive)),e.selectionSet&&e.selectionSet.selections.length&&(t+=` `+W.SelectionSet(e.selectionSet)),t},StringValue(e){return e.block?Wt(e.value).replace(/\n/g,Gt):Ut(e.value)},BooleanValue:e=>``+e.value,NullValue:e=>`null`,IntValue:e=>e.value,FloatValue:e=>e.value,EnumValue:e=>e.value,Name:e=>e.value,Variable:e=>`$`+e.name.value,ListValue:e=>`[`+U(e.values,`, `,Kt)+`]`,ObjectValue:e=>`{`+U(e.fields,`, `,W.ObjectField)+`}`,ObjectField:e=>e.name.value+`: `+Kt(e.value),Document(e){return!e.definitions||!e.definitions.length?``:U(e.definitions,`

`,Kt)},SelectionSet:e=>`{`+(Gt+=`  `)+U(e.selections,Gt,Kt)+(Gt=Gt.slice(0,-2))+`}`,Argument:e=>e.name.value+`: `+Kt(e.value),FragmentSpread(e){var t=`...`+e.name.value;return e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive)),t},InlineFragment(e){var t=`...`;return e.typeCondition&&(t+=` on `+e.typeCondition.name.value),e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive)),t+=` `+W.SelectionSet(e.selectionSet)},FragmentDefinition(e){var t=``;return e.description&&(t+=W.StringValue(e.description)+`
`),t+=`fragment `+e.name.value,t+=` on `+e.typeCondition.name.value,e.directives&&e.directives.length&&(t+=` `+U(e.directives,` `,W.Directive)),t+` `+W.SelectionSet(e.selectionSet)},Directive(e){var t=`@`+e.name.value;return e.arguments&&e.arguments.length&&(t+=`(`+U(e.arguments,`, `,W.Argument)+`)`),t},NamedType:e=>e.name.value,ListType:e=>`[`+Kt(e.type)+`]`,NonNullType:e=>Kt(e.type)+`!`},Kt=e=>W[e.kind](e);function qt(e){return Gt=`
`,W[e.kind]?W[e.kind](e):``}var Jt=()=>{},G=Jt;function Yt(e){return{tag:0,0:e}}function Xt(e){return{tag:1,0:e}}var Zt=()=>typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`,Qt=e=>e;function $t(e){return t=>n=>{var r=[],i=G,a=G,o=!1,s=!1,c=!1,l=!1;function u(t){c=!0,t((t=>{t===0?c&&(c=!1,r.length?u(e(r.shift())):l?n(0):o||(o=!0,i(0))):t.tag===0?(s=!1,(a=t[0])(0)):c&&(n(t),s?s=!1:a(0))}))}t((t=>{l||(t===0?(l=!0,!c&&!r.length&&n(0)):t.tag===0?i=t[0]:(o=!1,c?r.push(t[0]):u(e(t[0]))))})),n(Yt((e=>{e===1?(l||(l=!0,i(1)),c&&(c=!1,a(1))):(!l&&!o&&(o=!0,i(0)),c&&!s&&(s=!0,a(0)))})))}}function en(e){return $t(Qt)(e)}function tn(e){return en(yn(e))}function K(e){return t=>n=>{var r=G;t((t=>{t===0?n(0):t.tag===0?(r=t[0],n(t)):e(t[0])?n(t):r(0)}))}}function nn(e){return t=>n=>t((t=>{t===0||t.tag===0?n(t):n(Xt(e(t[0])))}))}function rn(e){return t=>n=>{var r=[],i=G,a=!1,o=!1;t((t=>{o||(t===0?(o=!0,r.length||n(0)):t.tag===0?i=t[0]:(a=!1,(function(e){var t=G;e((e=>{if(e===0){if(r.length){var s=r.indexOf(t);s>-1&&(r=r.slice()).splice(s,1),r.length||(o?n(0):a||(a=!0,i(0)))}}else e.tag===0?(r.push(t=e[0]),t(0)):r.length&&(n(e),t(0))}))})(e(t[0])),a||(a=!0,i(0))))})),n(Yt((e=>{if(e===1){o||(o=!0,i(1));for(var t=0,n=r,s=r.length;t<s;t++)n[t](1);r.length=0}else{!o&&!a?(a=!0,i(0)):a=!1;for(var c=0,l=r,u=r.length;c<u;c++)l[c](0)}})))}}function an(e){return rn(Qt)(e)}function on(e){return an(yn(e))}function sn(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0),e();else if(t.tag===0){var i=t[0];n(Yt((t=>{t===1?(r=!0,i(1),e()):i(t)})))}else n(t)}}))}}function cn(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0);else if(t.tag===0){var i=t[0];n(Yt((e=>{e===1&&(r=!0),i(e)})))}else e(t[0]),n(t)}}))}}function ln(e){return t=>n=>t((t=>{t===0?n(0):t.tag===0?(n(t),e()):n(t)}))}function un(e,t){return n=>r=>{var i=t;n((t=>{t===0?r(0):t.tag===0?r(t):r(Xt(i=e(i,t[0])))}))}}function dn(e){var t=[],n=G,r=!1;return i=>{t.push(i),t.length===1&&e((e=>{if(e===0){for(var i=0,a=t,o=t.length;i<o;i++)a[i](0);t.length=0}else if(e.tag===0)n=e[0];else{r=!1;for(var s=0,c=t,l=t.length;s<l;s++)c[s](e)}})),i(Yt((e=>{if(e===1){var a=t.indexOf(i);a>-1&&(t=t.slice()).splice(a,1),t.length||n(1)}else r||(r=!0,n(0))})))}}function fn(e){return t=>n=>{var r=G,i=G,a=!1,o=!1,s=!1,c=!1;t((t=>{c||(t===0?(c=!0,s||n(0)):t.tag===0?r=t[0]:(s&&(i(1),i=G),a?a=!1:(a=!0,r(0)),(function(e){s=!0,e((e=>{s&&(e===0?(s=!1,c?n(0):a||(a=!0,r(0))):e.tag===0?(o=!1,(i=e[0])(0)):(n(e),o?o=!1:i(0)))}))})(e(t[0]))))})),n(Yt((e=>{e===1?(c||(c=!0,r(1)),s&&(s=!1,i(1))):(!c&&!a&&(a=!0,r(0)),s&&!o&&(o=!0,i(0)))})))}}function pn(e){return t=>n=>{var r=G,i=!1,a=0;t((t=>{i||(t===0?(i=!0,n(0)):t.tag===0?e<=0?(i=!0,n(0),t[0](1)):r=t[0]:a++<e?(n(t),!i&&a>=e&&(i=!0,n(0),r(1))):n(t))})),n(Yt((t=>{t===1&&!i?(i=!0,r(1)):t===0&&!i&&a<e&&r(0)})))}}function mn(e){return t=>n=>{var r=G,i=G,a=!1;t((t=>{a||(t===0?(a=!0,i(1),n(0)):t.tag===0?(r=t[0],e((e=>{e===0||(e.tag===0?(i=e[0])(0):(a=!0,i(1),r(1),n(0)))}))):n(t))})),n(Yt((e=>{e===1&&!a?(a=!0,r(1),i(1)):a||r(0)})))}}function hn(e,t){return n=>r=>{var i=G,a=!1;n((n=>{a||(n===0?(a=!0,r(0)):n.tag===0?(i=n[0],r(n)):e(n[0])?r(n):(a=!0,t&&r(n),r(0),i(1)))}))}}function gn(e){return t=>e()(t)}function _n(e){return t=>{var n=e[Zt()]&&e[Zt()]()||e,r=!1,i=!1,a=!1,o;t(Yt((async e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=await n.next()).done)r=!0,n.return&&await n.return(),t(0);else try{a=!1,t(Xt(o.value))}catch(e){if(n.throw)(r=!!(await n.throw(e)).done)&&t(0);else throw e}i=!1}})))}}function vn(e){return e[Zt()]?_n(e):t=>{var n=e[Symbol.iterator](),r=!1,i=!1,a=!1,o;t(Yt((e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=n.next()).done)r=!0,n.return&&n.return(),t(0);else try{a=!1,t(Xt(o.value))}catch(e){if(n.throw)(r=!!n.throw(e).done)&&t(0);else throw e}i=!1}})))}}var yn=vn;function bn(e){return t=>{var n=!1;t(Yt((r=>{r===1?n=!0:n||(n=!0,t(Xt(e)),t(0))})))}}function xn(e){return t=>{var n=!1,r=e({next(e){n||t(Xt(e))},complete(){n||(n=!0,t(0))}});t(Yt((e=>{e===1&&!n&&(n=!0,r())})))}}function Sn(){var e,t;return{source:dn(xn((n=>(e=n.next,t=n.complete,Jt)))),next(t){e&&e(t)},complete(){t&&t()}}}function Cn(e){return t=>{var n=G,r=!1;return t((t=>{t===0?r=!0:t.tag===0?(n=t[0])(0):r||(e(t[0]),n(0))})),{unsubscribe(){r||(r=!0,n(1))}}}}function wn(e){Cn((e=>{}))(e)}function Tn(e){return new Promise((t=>{var n=G,r;e((e=>{e===0?Promise.resolve(r).then(t):e.tag===0?(n=e[0])(0):(r=e[0],n(0))}))}))}var En=e=>e&&typeof e.message==`string`&&(e.extensions||e.name===`GraphQLError`)?e:typeof e==`object`&&typeof e.message==`string`?new Et(e.message,e.nodes,e.source,e.positions,e.path,e,e.extensions||{}):new Et(e),Dn=class extends Error{constructor(e){var t=(e.graphQLErrors||[]).map(En),n=((e,t)=>{var n=``;if(e)return`[Network] ${e.message}`;if(t)for(var r=0,i=t.length;r<i;r++)n&&(n+=`
`),n+=`[GraphQL] ${t[r].message}`;return n})(e.networkError,t);super(n),this.name=`CombinedError`,this.message=n,this.graphQLErrors=t,this.networkError=e.networkError,this.response=e.response}toString(){return this.message}},On=(e,t)=>{for(var n=0|(t||5381),r=0,i=0|e.length;r<i;r++)n=(n<<5)+n+e.charCodeAt(r);return n},kn=new Set,An=new WeakMap,jn=(e,t)=>{if(e===null||kn.has(e))return`null`;if(typeof e!=`object`)return JSON.stringify(e)||``;if(e.toJSON)return jn(e.toJSON(),t);if(Array.isArray(e)){for(var n=`[`,r=0,i=e.length;r<i;r++)n.length>1&&(n+=`,`),n+=jn(e[r],t)||`null`;return n+=`]`}if(!t&&(Fn!==Pn&&e instanceof Fn||In!==Pn&&e instanceof In))return`null`;var a=Object.keys(e).sort();if(!a.length&&e.constructor&&Object.getPrototypeOf(e).constructor!==Object.prototype.constructor){var o=An.get(e)||Math.random().toString(36).slice(2);return An.set(e,o),jn({__key:o},t)}kn.add(e);for(var s=`{`,c=0,l=a.length;c<l;c++){var u=jn(e[a[c]],t);u&&(s.length>1&&(s+=`,`),s+=jn(a[c],t)+`:`+u)}return kn.delete(e),s+=`}`},Mn=(e,t,n)=>{if(!(typeof n!=`object`||!n||n.toJSON||kn.has(n))){if(Array.isArray(n))for(var r=0,i=n.length;r<i;r++)Mn(e,`${t}.${r}`,n[r]);else if(n instanceof Fn||n instanceof In)e.set(t,n);else for(var a in kn.add(n),n)Mn(e,`${t}.${a}`,n[a])}},Nn=(e,t)=>(kn.clear(),jn(e,t||!1)),Pn=class{},Fn=typeof File<`u`?File:Pn,In=typeof Blob<`u`?Blob:Pn,Ln=/("{3}[\s\S]*"{3}|"(?:\\.|[^"])*")/g,Rn=/(?:#[^\n\r]+)?(?:[\r\n]+|$)/g,zn=(e,t)=>t%2==0?e.replace(Rn,`
`):e,Bn=e=>e.split(Ln).map(zn).join(``).trim(),Vn=new Map,Hn=new Map,Un=e=>{var t;return typeof e==`string`?t=Bn(e):e.loc&&Hn.get(e.__key)===e?t=e.loc.source.body:(t=Vn.get(e)||Bn(qt(e)),Vn.set(e,t)),typeof e!=`string`&&!e.loc&&(e.loc={start:0,end:t.length,source:{body:t,name:`gql`,locationOffset:{line:1,column:1}}}),t},Wn=e=>{var t;if(e.documentId)t=On(e.documentId);else if(t=On(Un(e)),e.definitions){var n=qn(e);n&&(t=On(`\n# ${n}`,t))}return t},Gn=e=>{var t,n;return typeof e==`string`?(t=Wn(e),n=Hn.get(t)||Ht(e,{noLocation:!0})):(t=e.__key||Wn(e),n=Hn.get(t)||e),n.loc||Un(n),n.__key=t,Hn.set(t,n),n},Kn=(e,t,n)=>{var r=t||{},i=Gn(e),a=Nn(r,!0),o=i.__key;return a!==`{}`&&(o=On(a,o)),{key:o,query:i,variables:r,extensions:n}},qn=e=>{for(var t=0,n=e.definitions.length;t<n;t++){var r=e.definitions[t];if(r.kind===Tt.OPERATION_DEFINITION)return r.name?r.name.value:void 0}},Jn=(e,t,n)=>{var r=t.payload||t;if(!(`data`in r||`errors`in r&&Array.isArray(r.errors)))throw Error(`No Content`);var i=e.kind===`subscription`;return{operation:e,data:r.data,error:Array.isArray(r.errors)?new Dn({graphQLErrors:r.errors,response:n}):void 0,extensions:r.extensions?{...r.extensions}:void 0,hasNext:t.hasNext==null?i:t.hasNext,stale:!1}},Yn=(e,t)=>{if(typeof e==`object`&&e){if(Array.isArray(e)){e=[...e];for(var n=0,r=t.length;n<r;n++)e[n]=Yn(e[n],t[n]);return e}if(!e.constructor||e.constructor===Object){for(var i in e={...e},t)e[i]=Yn(e[i],t[i]);return e}}return t},Xn=(e,t,n,r)=>{var i=e.error?e.error.graphQLErrors:[],a=!!e.extensions||!!(t.payload||t).extensions,o={...e.extensions,...(t.payload||t).extensions},s=t.incremental;`path`in t&&(s=[t]);var c={data:e.data};if(s)for(var l=function(){var e=s[u];Array.isArray(e.errors)&&i.push(...e.errors),e.extensions&&(Object.assign(o,e.extensions),a=!0);var t=`data`,n=c,l=[];if(e.path)l=e.path;else if(r){var d=r.find((t=>t.id===e.id));l=e.subPath?[...d.path,...e.subPath]:d.path}for(var f=0,p=l.length;f<p;t=l[f++])n=n[t]=Array.isArray(n[t])?[...n[t]]:{...n[t]};if(e.items)for(var m=+t>=0?t:0,h=0,g=e.items.length;h<g;h++)n[m+h]=Yn(n[m+h],e.items[h]);else e.data!==void 0&&(n[t]=Yn(n[t],e.data))},u=0,d=s.length;u<d;u++)l();else c.data=(t.payload||t).data||e.data,i=t.errors||t.payload&&t.payload.errors||i;return{operation:e.operation,data:c.data,error:i.length?new Dn({graphQLErrors:i,response:n}):void 0,extensions:a?o:void 0,hasNext:t.hasNext==null?e.hasNext:t.hasNext,stale:!1}},Zn=(e,t,n)=>({operation:e,data:void 0,error:new Dn({networkError:t,response:n}),extensions:void 0,hasNext:!1,stale:!1});function Qn(e){var t={query:void 0,documentId:void 0,operationName:qn(e.query),variables:e.variables||void 0,extensions:e.extensions};return`documentId`in e.query&&e.query.documentId&&(!e.query.definitions||!e.query.definitions.length)?t.documentId=e.query.documentId:e.extensions&&e.extensions.persistedQuery&&!e.extensions.persistedQuery.miss||(t.query=Un(e.query)),t}var $n=(e,t)=>{var n=e.kind===`query`&&e.context.preferGetMethod;if(!n||!t)return e.context.url;var r=er(e.context.url);for(var i in t){var a=t[i];a&&r[1].set(i,typeof a==`object`?Nn(a):a)}var o=r.join(`?`);return o.length>2047&&n!==`force`?(e.context.preferGetMethod=!1,e.context.url):o},er=e=>{var t=e.indexOf(`?`);return t>-1?[e.slice(0,t),new URLSearchParams(e.slice(t+1))]:[e,new URLSearchParams]},tr=(e,t)=>{if(t&&!(e.kind===`query`&&e.context.preferGetMethod)){var n=Nn(t),r=(e=>{var t=new Map;return(Fn!==Pn||In!==Pn)&&(kn.clear(),Mn(t,`variables`,e)),t})(t.variables);if(r.size){var i=new FormData;i.append(`operations`,n),i.append(`map`,Nn({...[...r.keys()].map((e=>[e]))}));var a=0;for(var o of r.values())i.append(``+a++,o);return i}return n}},nr=(e,t)=>{var n={accept:e.kind===`subscription`?`text/event-stream, multipart/mixed`:`application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed`},r=(typeof e.context.fetchOptions==`function`?e.context.fetchOptions():e.context.fetchOptions)||{};if(r.headers){if((e=>`has`in e&&!Object.keys(e).length)(r.headers))r.headers.forEach(((e,t)=>{n[t]=e}));else if(Array.isArray(r.headers))r.headers.forEach(((e,t)=>{Array.isArray(e)?n[e[0]]?n[e[0]]=`${n[e[0]]},${e[1]}`:n[e[0]]=e[1]:n[t]=e}));else for(var i in r.headers)n[i.toLowerCase()]=r.headers[i]}var a=tr(e,t);return typeof a==`string`&&!n[`content-type`]&&(n[`content-type`]=`application/json`),{...r,method:a?`POST`:`GET`,body:a,headers:n}},rr=/boundary="?([^=";]+)"?/i,ir=/data: ?([^\n]+)/;async function*ar(e){if(e.body[Symbol.asyncIterator])for await(var t of e.body)yield t;else{var n=e.body.getReader(),r;try{for(;!(r=await n.read()).done;)yield r.value}finally{n.cancel()}}}async function*or(e,t){var n=typeof TextDecoder<`u`?new TextDecoder:null,r=``,i;for await(var a of e)for(r+=a.constructor.name===`Buffer`?a.toString():n.decode(a,{stream:!0});(i=r.indexOf(t))>-1;)yield r.slice(0,i),r=r.slice(i+t.length)}async function*sr(e,t,n){var r=!0,i=null,a;try{yield await Promise.resolve();var o=(a=await(e.context.fetch||fetch)(t,n)).headers.get(`Content-Type`)||``,s=/multipart\/mixed/i.test(o)?async function*(e,t){var n=e.match(rr),r=`--`+(n?n[1]:`-`),i=!0,a;for await(var o of or(ar(t),`\r
`+r)){if(i){i=!1;var s=o.indexOf(r);if(s>-1)o=o.slice(s+r.length);else continue}try{yield a=JSON.parse(o.slice(o.indexOf(`\r
\r
`)+4))}catch(e){if(!a)throw e}if(a&&!1===a.hasNext)break}a&&!1!==a.hasNext&&(yield{hasNext:!1})}(o,a):/text\/event-stream/i.test(o)?async function*(e){var t;for await(var n of or(ar(e),`

`)){var r=n.match(ir);if(r){var i=r[1];try{yield t=JSON.parse(i)}catch(e){if(!t)throw e}if(t&&!1===t.hasNext)break}}t&&!1!==t.hasNext&&(yield{hasNext:!1})}(a):/text\//i.test(o)?async function*(e){var t=await e.text();try{yield JSON.parse(t)}catch{throw Error(t)}}(a):async function*(e){yield JSON.parse(await e.text())}(a),c;for await(var l of s)l.pending&&!i?c=l.pending:l.pending&&(c=[...c,...l.pending]),i=i?Xn(i,l,a,c):Jn(e,l,a),r=!1,yield i,r=!0;i||(yield i=Jn(e,{},a))}catch(t){if(!r)throw t;yield Zn(e,a&&(a.status<200||a.status>=300)&&a.statusText?Error(a.statusText):t,a)}}function cr(e,t,n){var r;return typeof AbortController<`u`&&(n.signal=(r=new AbortController).signal),sn((()=>{r&&r.abort()}))(K((e=>!!e))(_n(sr(e,t,n))))}var lr=(e,t)=>{if(Array.isArray(e))for(var n=0,r=e.length;n<r;n++)lr(e[n],t);else if(typeof e==`object`&&e)for(var i in e)i===`__typename`&&typeof e[i]==`string`?t.add(e[i]):lr(e[i],t);return t},ur=e=>{if(`definitions`in e){for(var t=[],n=0,r=e.definitions.length;n<r;n++){var i=ur(e.definitions[n]);t.push(i)}return{...e,definitions:t}}if(`directives`in e&&e.directives&&e.directives.length){for(var a=[],o={},s=0,c=e.directives.length;s<c;s++){var l=e.directives[s],u=l.name.value;u[0]===`_`?u=u.slice(1):a.push(l),o[u]=l}e={...e,directives:a,_directives:o}}if(`selectionSet`in e){var d=[],f=e.kind===Tt.OPERATION_DEFINITION;if(e.selectionSet){for(var p=0,m=e.selectionSet.selections.length;p<m;p++){var h=e.selectionSet.selections[p];f||=h.kind===Tt.FIELD&&h.name.value===`__typename`&&!h.alias;var g=ur(h);d.push(g)}return f||d.push({kind:Tt.FIELD,name:{kind:Tt.NAME,value:`__typename`},_generated:!0}),{...e,selectionSet:{...e.selectionSet,selections:d}}}}return e},dr=new Map,fr=e=>{var t=Gn(e),n=dr.get(t.__key);return n||(dr.set(t.__key,n=ur(t)),Object.defineProperty(n,"__key",{value:t.__key,enumerable:!1})),n};function pr(e){var t=t=>e(t);return t.toPromise=()=>Tn(pn(1)(K((e=>!e.stale&&!e.hasNext))(t))),t.then=(e,n)=>t.toPromise().then(e,n),t.subscribe=e=>Cn(e)(t),t}function mr(e,t,n){return{...t,kind:e,context:t.context?{...t.context,...n}:n||t.context}}var hr=(e,t)=>mr(e.kind,e,{meta:{...e.context.meta,...t}}),gr=()=>{};function _r(e){for(var t=new Map,n=[],r=[],i=Array.isArray(e)?e[0]:e||``,a=1;a<arguments.length;a++){var o=arguments[a];o&&o.definitions?r.push(o):i+=o,i+=arguments[0][a]}r.unshift(Gn(i));for(var s=0;s<r.length;s++)for(var c=0;c<r[s].definitions.length;c++){var l=r[s].definitions[c];if(l.kind===Tt.FRAGMENT_DEFINITION){var u=l.name.value,d=Un(l);t.has(u)||(t.set(u,d),n.push(l))}else n.push(l)}return Gn({kind:Tt.DOCUMENT,definitions:n})}var vr=({kind:e})=>e!==`mutation`&&e!==`query`,yr=e=>{var t=fr(e.query);if(t!==e.query){var n=mr(e.kind,e);return n.query=t,n}return e},br=({forward:e,client:t,dispatchDebug:n})=>{var r=new Map,i=new Map,a=e=>e.kind===`query`&&e.context.requestPolicy!==`network-only`&&(e.context.requestPolicy===`cache-only`||r.has(e.key));return n=>on([nn((e=>{var n=r.get(e.key),i=n||Jn(e,{data:null});return i={...i,operation:hr(e,{cacheOutcome:n?`hit`:`miss`})},e.context.requestPolicy===`cache-and-network`&&(i.stale=!0,xr(t,e)),i}))(K((e=>!vr(e)&&a(e)))(n)),cn((e=>{var{operation:n}=e;if(n){var a=n.context.additionalTypenames||[];if(e.operation.kind!==`subscription`&&(a=(e=>[...lr(e,new Set)])(e.data).concat(a)),e.operation.kind===`mutation`||e.operation.kind===`subscription`){for(var o=new Set,s=0;s<a.length;s++){var c=a[s],l=i.get(c);l||i.set(c,l=new Set);for(var u of l.values())o.add(u);l.clear()}for(var d of o.values())r.has(d)&&(n=r.get(d).operation,r.delete(d),xr(t,n))}else if(n.kind===`query`&&e.data){r.set(n.key,e);for(var f=0;f<a.length;f++){var p=a[f],m=i.get(p);m||i.set(p,m=new Set),m.add(n.key)}}}}))(e(K((e=>e.kind!==`query`||e.context.requestPolicy!==`cache-only`))(nn((e=>hr(e,{cacheOutcome:`miss`})))(on([nn(yr)(K((e=>!vr(e)&&!a(e)))(n)),K((e=>vr(e)))(n)])))))])},xr=(e,t)=>e.reexecuteOperation(mr(t.kind,t,{requestPolicy:`network-only`})),Sr=({forward:e,dispatchDebug:t})=>t=>on([rn((e=>{var n=Qn(e),r=$n(e,n),i=nr(e,n);return mn(K((t=>t.kind===`teardown`&&t.key===e.key))(t))(cr(e,r,i))}))(K((e=>e.kind!==`teardown`&&(e.kind!==`subscription`||!!e.context.fetchSubscriptions)))(t)),e(K((e=>e.kind===`teardown`||e.kind===`subscription`&&!e.context.fetchSubscriptions))(t))]),Cr=e=>({client:t,forward:n,dispatchDebug:r})=>e.reduceRight(((e,n)=>n({client:t,forward(t){return dn(e(dn(t)))},dispatchDebug(e){}})),n),wr=({dispatchDebug:e})=>e=>K((e=>!1))(e),Tr=function e(t){var n=0,r=new Map,i=new Map,a=new Set,o=[],s={url:t.url,fetchSubscriptions:t.fetchSubscriptions,fetchOptions:t.fetchOptions,fetch:t.fetch,preferGetMethod:t.preferGetMethod==null?`within-url-limit`:t.preferGetMethod,requestPolicy:t.requestPolicy||`cache-first`},c=Sn();function l(e){e.kind!==`mutation`&&e.kind!==`teardown`&&a.has(e.key)||(e.kind===`teardown`?a.delete(e.key):e.kind!==`mutation`&&a.add(e.key),c.next(e))}var u=!1;function d(e){if(e&&l(e),!u){for(u=!0;u&&(e=o.shift());)l(e);u=!1}}var f=e=>{var t=mn(K((t=>t.kind===`teardown`&&t.key===e.key))(c.source))(K((t=>t.operation.kind===e.kind&&t.operation.key===e.key&&(!t.operation.context._instance||t.operation.context._instance===e.context._instance)))(g));return t=e.kind===`query`?fn((t=>{var n=bn(t);return t.stale||t.hasNext?n:on([n,nn((()=>(t.stale=!0,t)))(pn(1)(K((t=>t.key===e.key))(c.source)))])}))(t):hn((e=>!!e.hasNext),!0)(t),t=e.kind===`mutation`?ln((()=>{l(e)}))(t):sn((()=>{a.delete(e.key),r.delete(e.key),i.delete(e.key),u=!1;for(var t=o.length-1;t>=0;t--)o[t].key===e.key&&o.splice(t,1);l(mr(`teardown`,e,e.context))}))(cn((t=>{if(t.stale){if(!t.hasNext)a.delete(e.key);else for(var n=0;n<o.length;n++){var i=o[n];if(i.key===t.operation.key){a.delete(i.key);break}}}else t.hasNext||a.delete(e.key);r.set(e.key,t)}))(t)),dn(t)},p=this instanceof e?this:Object.create(e.prototype),m=Object.assign(p,{suspense:!!t.suspense,operations$:c.source,reexecuteOperation(e){if(e.kind===`teardown`)d(e);else if(e.kind===`mutation`)o.push(e),Promise.resolve().then(d);else if(i.has(e.key)){for(var t=!1,n=0;n<o.length;n++)o[n].key===e.key&&(o[n]=e,t=!0);t||a.has(e.key)&&e.context.requestPolicy!==`network-only`?(a.delete(e.key),Promise.resolve().then(d)):(o.push(e),Promise.resolve().then(d))}},createRequestOperation(e,t,r){return r||={},mr(e,t,{_instance:e===`mutation`?n=n+1|0:void 0,...s,...r,requestPolicy:r.requestPolicy||s.requestPolicy,suspense:r.suspense||!1!==r.suspense&&m.suspense})},executeRequestOperation(e){return e.kind===`mutation`?pr(f(e)):pr(gn((()=>{var t=i.get(e.key);t||i.set(e.key,t=f(e)),t=ln((()=>{d(e)}))(t);var n=r.get(e.key);return e.kind===`query`&&n&&(n.stale||n.hasNext)?fn(bn)(on([t,K((t=>t===r.get(e.key)))(bn(n))])):t})))},executeQuery(e,t){var n=m.createRequestOperation(`query`,e,t);return m.executeRequestOperation(n)},executeSubscription(e,t){var n=m.createRequestOperation(`subscription`,e,t);return m.executeRequestOperation(n)},executeMutation(e,t){var n=m.createRequestOperation(`mutation`,e,t);return m.executeRequestOperation(n)},readQuery(e,t,n){var r=null;return Cn((e=>{r=e}))(m.query(e,t,n)).unsubscribe(),r},query:(e,t,n)=>m.executeQuery(Kn(e,t),n),subscription:(e,t,n)=>m.executeSubscription(Kn(e,t),n),mutation:(e,t,n)=>m.executeMutation(Kn(e,t),n)}),h=gr,g=dn(Cr(t.exchanges)({client:m,dispatchDebug:h,forward:wr({dispatchDebug:h})})(c.source));return wn(g),m},Er=ge({}),Dr=Er.Provider;Er.Consumer,Er.displayName=`UrqlContext`;var Or=()=>Fe(Er),kr=!1,Ar=(e,t)=>e===t||!(!e||!t||e.key!==t.key),jr=(e,t)=>{if(typeof e!=`object`||typeof t!=`object`)return e!==t;for(var n in e)if(!(n in t))return!0;for(var r in t)if(r===`operation`?!Ar(e[r],t[r]):e[r]!==t[r])return!0;return!1};function Mr(e,t){var[n,r]=Ne((()=>{var t=Sn();return[tn([bn(e),t.source]),n=>{n!==e&&t.next(e=n)}]}),[]),[i,a]=j((()=>{kr=!0;var n;try{Cn((e=>{n=e}))(t(bn(e))).unsubscribe()}finally{kr=!1}return n}));return M((()=>Cn((e=>{kr||a((t=>jr(t,e)?e:t))}))(t(n,i)).unsubscribe),[n]),[i,r]}function Nr(e,t){var n=N(void 0);return Ne((()=>{var r=Kn(e,t);return n.current!==void 0&&n.current.key===r.key?n.current:(n.current=r,r)}),[e,t])}var Pr={fetching:!1,stale:!1,hasNext:!1,error:void 0,data:void 0,extensions:void 0,operation:void 0},Fr=(e,t)=>t&&t.suspense!==void 0?!!t.suspense:e.suspense,Ir=new Map;function Lr(e){var t=Or(),n=Nr(e.query,e.variables),r=Pe((r=>{var i=Fr(t,e.context),a=i?Ir.get(n.key):void 0;return a||(a=t.executeQuery(n,{requestPolicy:e.requestPolicy,...e.context,...r}),i&&(a=function(e){var t=dn(e),n,r;return e=>{var i=!1;if(hn((e=>(n===void 0&&Promise.resolve(e).then(r),n=e,!i)))(t)(e),n!==void 0){var a=[n];a.tag=1,e(a)}else throw i=!0,e(0),new Promise((e=>{r=e}))}}(a),typeof window<`u`&&Ir.set(n.key,a))),a}),[t,n,e.requestPolicy,e.context]),i=Ne((()=>e.pause?null:r()),[e.pause,r]),[a,o]=Mr(i,Pe(((e,t)=>un(((e,t)=>({...e,...t})),t||Pr)(fn((e=>e?tn([bn({fetching:!0,stale:!1}),nn((({stale:e,data:t,error:n,extensions:r,operation:i,hasNext:a})=>({fetching:!1,stale:!!e,hasNext:a,data:t,error:n,operation:i,extensions:r})))(e),bn({fetching:!1,stale:!1,hasNext:!1})]):bn({fetching:!1,stale:!1,hasNext:!1})))(e))),[])),s=Pe((e=>{o(r({suspense:!1,...e}))}),[o,r]);return M((()=>{Ir.delete(n.key),Fr(t,e.context)||o(i)}),[o,t,i,n,e.context]),Fr(t,e.context)&&o(i),[a,s]}function Rr(e){var t=N(!0),n=Or(),[r,i]=j(Pr),a=Pe(((r,a)=>(i({...Pr,fetching:!0}),Tn(pn(1)(K((e=>!e.hasNext))(cn((e=>{t.current&&i({fetching:!1,stale:e.stale,data:e.data,hasNext:e.hasNext,error:e.error,extensions:e.extensions,operation:e.operation})}))(n.executeMutation(Kn(e,r),a||{}))))))),[n,e,i]);return M((()=>()=>{t.current=!1}),[]),[r,a]}var zr=I(null),Br=I(null),Vr=L(()=>{let e=[zr.value,Br.value];return[`connecting`,`catching up`,`live`].find(t=>e.includes(t))??null}),Hr=I(null),Ur=700,Wr=4e3,Gr=!1,Kr;ft(()=>{let e=Vr.value;if(clearTimeout(Kr),e===null){Hr.value=null;return}if(e===`live`){let e=Hr.peek()!==null,t=zr.peek()===`live`&&Br.peek()!==`failed`;Hr.value=e&&Gr&&t?`caught up`:null,Gr=!0,e&&(Kr=setTimeout(()=>{Hr.value=null},Wr));return}let t=e===`catching up`?e:Gr?`reconnecting`:`connecting`;Hr.peek()!==null&&Hr.peek()!==`caught up`?Hr.value=t:Kr=setTimeout(()=>{Hr.value=t},Ur)});function qr(){Gr=!1,zr.value=null,Br.value=null,Hr.value=null}var q=class e extends Error{code;retryable;fields;retryAfterMs;name=`ParlanceError`;constructor(e,t,n,r={},i,a){super(e,a),this.code=t,this.retryable=n,this.fields=r,this.retryAfterMs=i}static of(t){let n=t.find(e=>!Yr(e))??t[0];if(!n)return new e(`The server answered without a reason.`,`INTERNAL_SERVER_ERROR`,!1);let{code:r,retryAfterMs:i}=n.extensions??{};return new e(n.message,typeof r==`string`?r:`INTERNAL_SERVER_ERROR`,Yr(n),Xr(n),typeof i==`number`?i:void 0)}static network(t){return new e(`The server cannot be reached.`,`NETWORK`,!0,{},void 0,{cause:t})}static signedOut(){return new e(`Nobody is signed in.`,`SIGNED_OUT`,!1)}static replaced(){return new e(`Somebody else is signed in now.`,`SIGNED_OUT`,!1)}static from(t){return t instanceof e?t:e.network(t)}},Jr=[`SERVICE_UNAVAILABLE`,`RATE_LIMITED`,`REQUEST_TIMEOUT`,`TOKEN_EXPIRED`];function Yr({extensions:e}){return e?.retryable===!0||e?.retryable!==!1&&Jr.includes(String(e?.code))}function Xr({message:e,extensions:t}){let{field:n,fields:r}=t??{},i=Array.isArray(r)?r.map(String):typeof n==`string`?[n]:[],a=i.map(t=>e.startsWith(`${t}: `)?0:e.indexOf(`; ${t}: `)),o={};for(let[t,n]of i.entries()){let r=a[t]??-1,i=Math.min(...a.filter(e=>e>r),e.length),s=r<0?e:e.slice(r,i).replace(/^; /,``);o[n]=s.startsWith(`${n}: `)?s.slice(n.length+2):s}return o}function Zr(e,t){return new Promise(n=>{let r=()=>{clearTimeout(i),t?.removeEventListener(`abort`,r),n()},i=setTimeout(r,e);t?.aborted?r():t?.addEventListener(`abort`,r)})}function Qr(e){return(.5+Math.random()/2)*Math.min(100*2**e,5e3)}async function $r(e,{signal:t,nudged:n}={}){for(let r=1;;r+=1)try{return await e()}catch(e){let i=q.from(e);if(!i.retryable||t?.aborted||(await ei(i.retryAfterMs??Qr(r),t,n),t?.aborted))throw i}}async function ei(e,t,n){let r=new AbortController,i=n?.(()=>r.abort());await Zr(e,t?AbortSignal.any([t,r.signal]):r.signal),i?.()}var ti=[1002,1007,1008,1009,4400,4406,4409,4429];function ni({socket:e,session:t,nudged:n},{document:r,load:i,variables:a,take:o,onPhase:s}){let c=new AbortController,{signal:l}=c,u=t.tokens(),d=!1,f=0,p,m=()=>{};l.addEventListener(`abort`,()=>m());let h=e=>{e===p||l.aborted||(p=e,s(e))},g=()=>new Promise((t,n)=>{let i=!1,s=e.subscribe({query:r.toString(),variables:a()},{next({data:e,errors:r}){if(l.aborted||i)return;if(r?.length||!e)return i=!0,n(q.of(r??[]));f=0,p!==`live`&&h(`catching up`);let a=o(e);a===`caught up`&&h(`live`),a===`over`&&(i=!0,t(!0))},error:e=>n(ri(e)),complete:()=>t(!1)});m=()=>{s(),t(!0)}});return{stop:()=>c.abort(),ended:(async()=>{for(;!l.aborted;){h(`connecting`);try{if(d||=(await $r(()=>i(l),{signal:l,nudged:n}),!0),await u(),l.aborted||await g())return null}catch(e){if(l.aborted)return null;let t=q.from(e);if((t.code===`UNAUTHENTICATED`||t.code===`SESSION_REVOKED`)&&(t=await ii(u)),t.code===`RESYNC_REQUIRED`)d=!1;else if(!t.retryable)return t}f+=1,h(`connecting`),await ei(Qr(f),l,n)}return null})()}}function ri(e){if(e instanceof q)return e;if(Array.isArray(e))return q.of(e);let t=Number(e?.code);return t===4401?new q(`The session has ended.`,`UNAUTHENTICATED`,!1):ti.includes(t)?new q(`The server refuses the connection (${t}).`,`FORBIDDEN`,!1):q.network(e)}async function ii(e){try{return await e(await e()),q.network(`a fresh token`)}catch(e){return q.from(e)}}var J=class extends String{__apiType;value;__meta__;constructor(e,t){super(e),this.value=e,this.__meta__=t}toString(){return this.value}};new J(`
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
    `,{fragmentName:`UserFields`}),new J(`
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
}`,{fragmentName:`ConversationFields`}),new J(`
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
}`,{fragmentName:`MemberFields`}),new J(`
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
}`,{fragmentName:`MessageFields`}),new J(`
    fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`AuthFields`});var ai=new J(`
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
}`),oi=new J(`
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
}`),si=new J(`
    query ConversationUnread($id: ID!) {
  conversation(id: $id) {
    id
    readSeq
    unreadCount
  }
}
    `),ci=new J(`
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
}`),li=new J(`
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
}`),ui=new J(`
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
}`),di=new J(`
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
}`),fi=new J(`
    mutation DeleteConversation($input: DeleteConversationInput!) {
  deleteConversation(input: $input) {
    conversationId
  }
}
    `),pi=new J(`
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
}`),mi=new J(`
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
}`),hi=new J(`
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
}`),gi=new J(`
    mutation LeaveConversation($input: LeaveConversationInput!) {
  leaveConversation(input: $input) {
    conversationId
  }
}
    `),_i=new J(`
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
}`),vi=new J(`
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
}`),yi=new J(`
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
}`);new J(`
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
}`);var bi=new J(`
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
}`),xi=new J(`
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
}`),Si=new J(`
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
}`),Ci=new J(`
    mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) {
    conversation {
      id
      readSeq
      unreadCount
    }
  }
}
    `),wi=new J(`
    mutation SetTyping($input: SetTypingInput!) {
  setTyping(input: $input) {
    conversationId
  }
}
    `);new J(`
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
}`);var Ti=new J(`
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
}`),Ei=new J(`
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
  user {
    ...UserFields
  }
}`),Di=new J(`
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
  user {
    ...UserFields
  }
}`),Oi=new J(`
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
  user {
    ...UserFields
  }
}`),ki=new J(`
    mutation Logout {
  logout {
    sessionId
  }
}
    `);function Ai(e,t){let{conversationId:n}=t,r={eventSeq:0,epoch:``};return ni(e,{document:_i,async load(e){r=await t.load(e)},variables:()=>({conversationId:n,afterEventSeq:r.eventSeq,epoch:r.epoch}),take({conversationEvents:e}){return`eventSeq`in e?e.eventSeq<=r.eventSeq?void 0:(t.onEvent(e),r={...r,eventSeq:e.eventSeq},e.__typename===`ConversationDeleted`?`over`:void 0):(t.onEvent(e),e.__typename===`CaughtUp`?`caught up`:void 0)},onPhase:e=>t.onPhase?.(e)})}function ji(e,t){let n=``,r=null,i=new Map,a=(e,t)=>{i.delete(e),i.set(e,t)};return ni(e,{document:vi,async load(e){let o=await t.load(e);({epoch:n,activeSince:r}=o),i.clear();for(let{id:e,eventSeq:t}of o.heads)a(e,t)},variables(){return{known:[...i].slice(-500).map(([e,t])=>({conversationId:e,eventSeq:t})),activeSince:r,epoch:n}},take({inboxEvents:e}){switch(t.onEvent(e),e.__typename){case`ConversationAdvanced`:a(e.conversationId,e.eventSeq);return;case`ConversationAdded`:a(e.conversation.id,e.conversation.eventSeq);return;case`ConversationRemoved`:i.delete(e.conversationId);return;case`CaughtUp`:return`caught up`;default:return}},onPhase:e=>t.onPhase?.(e)})}var Mi=6e4,Ni=5e3,Pi=class{#e=null;#t=null;#n=new Set;#r;#i;#a;#o;constructor(e,t,n){this.#r=e,this.#i=t,this.#a=n,this.#o=t.read()?.user??null,t.watch(()=>this.#p(t.read()?.user??null))}get user(){return this.#o}onChange(e){return this.#n.add(e),()=>this.#n.delete(e)}async register(e){let{register:t}=await this.#r(Ei,{input:e});return this.#d(t),t.user}async login(e){let{login:t}=await this.#r(Di,{input:e});return this.#d(t),t.user}async logout(){let[e,t]=[this.#e,this.#i.read()];if(this.#f(),t)try{let n=e&&e.userId===t.user.id&&Date.now()<e.renewAt?e.token:(await this.#u(t)).accessToken;await this.#r(ki,{},{token:n})}catch{}}token(e){return this.tokens()(e)}tokens(){let e=this.#o?.id;return async t=>{let{token:n,userId:r}=await this.#s(t);if(e!==void 0&&r!==e)throw q.replaced();return n}}renewsIn(e){let t=this.#e;return t?.token===e?Math.max(0,t.renewAt-Date.now()):0}async#s(e){let t=this.#e;return t&&t.token!==e&&Date.now()<t.renewAt&&t.userId===this.#o?.id?t:(this.#t??=this.#a(()=>this.#c()).finally(()=>{this.#t=null}),this.#t)}async#c(){for(;;){let e=this.#i.read();if(!e)throw this.#f(),q.signedOut();try{let t=await this.#u(e),n=this.#i.read();if(n?.user.id!==e.user.id)continue;return this.#d(t,n.refreshToken===e.refreshToken)}catch(t){let n=q.from(t);if(n.retryable)throw n;if(await this.#l(e,n))continue;throw this.#f(),q.signedOut()}}}async#l({refreshToken:e},{code:t}){let n=t===`SESSION_REVOKED`,r=Date.now()+Ni;for(;;){if(this.#i.read()?.refreshToken!==e)return!0;if(n||Date.now()>r)return!1;await Zr(100)}}async#u({refreshToken:e}){return(await this.#r(Oi,{input:{refreshToken:e}})).refreshToken}#d({accessToken:e,refreshToken:t,user:n},r=!0){let i=Fi(e),a=Math.min(Mi,i/3),o={token:e,userId:n.id,renewAt:Date.now()+i-a};return this.#e=o,r&&this.#i.write({refreshToken:t,user:n}),this.#p(n),o}#f(){this.#e=null,this.#i.write(null),this.#p(null)}#p(e){let t=e?.id!==this.#o?.id;if(this.#o=e,t){this.#e?.userId!==e?.id&&(this.#e=null);for(let t of this.#n)t(e)}}};function Fi(e){try{let t=e.split(`.`)[1]??``,{iat:n,exp:r}=JSON.parse(atob(t.replaceAll(`-`,`+`).replaceAll(`_`,`/`))),i=r-n;return i>0?Math.max(i-1,i/2)*1e3:1/0}catch{return 1/0}}function Y(e){return e===null?`null`:Array.isArray(e)?`array`:typeof e}function Ii(e){return Y(e)===`object`}function Li(e){return Array.isArray(e)&&e.length>0&&e.every(e=>`message`in e)}function Ri(e,t){return e.length<124?e:t}var zi=(e=>(e[e.InternalServerError=4500]=`InternalServerError`,e[e.InternalClientError=4005]=`InternalClientError`,e[e.BadRequest=4400]=`BadRequest`,e[e.BadResponse=4004]=`BadResponse`,e[e.Unauthorized=4401]=`Unauthorized`,e[e.Forbidden=4403]=`Forbidden`,e[e.SubprotocolNotAcceptable=4406]=`SubprotocolNotAcceptable`,e[e.ConnectionInitialisationTimeout=4408]=`ConnectionInitialisationTimeout`,e[e.ConnectionAcknowledgementTimeout=4504]=`ConnectionAcknowledgementTimeout`,e[e.SubscriberAlreadyExists=4409]=`SubscriberAlreadyExists`,e[e.TooManyInitialisationRequests=4429]=`TooManyInitialisationRequests`,e))(zi||{}),Bi=(e=>(e.ConnectionInit=`connection_init`,e.ConnectionAck=`connection_ack`,e.Ping=`ping`,e.Pong=`pong`,e.Subscribe=`subscribe`,e.Next=`next`,e.Error=`error`,e.Complete=`complete`,e))(Bi||{});function Vi(e){if(!Ii(e))throw Error(`Message is expected to be an object, but got ${Y(e)}`);if(!e.type)throw Error(`Message is missing the 'type' property`);if(typeof e.type!=`string`)throw Error(`Message is expects the 'type' property to be a string, but got ${Y(e.type)}`);switch(e.type){case`connection_init`:case`connection_ack`:case`ping`:case`pong`:if(e.payload!=null&&!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object or nullish or missing, but got "${e.payload}"`);break;case`subscribe`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${Y(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${Y(e.payload)}`);if(typeof e.payload.query!=`string`)throw Error(`"${e.type}" message payload expects the 'query' property to be a string, but got ${Y(e.payload.query)}`);if(e.payload.variables!=null&&!Ii(e.payload.variables))throw Error(`"${e.type}" message payload expects the 'variables' property to be a an object or nullish or missing, but got ${Y(e.payload.variables)}`);if(e.payload.operationName!=null&&Y(e.payload.operationName)!==`string`)throw Error(`"${e.type}" message payload expects the 'operationName' property to be a string or nullish or missing, but got ${Y(e.payload.operationName)}`);if(e.payload.extensions!=null&&!Ii(e.payload.extensions))throw Error(`"${e.type}" message payload expects the 'extensions' property to be a an object or nullish or missing, but got ${Y(e.payload.extensions)}`);break;case`next`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${Y(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${Y(e.payload)}`);break;case`error`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${Y(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Li(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an array of GraphQL errors, but got ${JSON.stringify(e.payload)}`);break;case`complete`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${Y(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);break;default:throw Error(`Invalid message 'type' property "${e.type}"`)}return e}function Hi(e,t){return Vi(typeof e==`string`?JSON.parse(e,t):e)}function Ui(e,t){return Vi(e),JSON.stringify(e,t)}function Wi(e){let{url:t,connectionParams:n,lazy:r=!0,onNonLazyError:i=console.error,lazyCloseTimeout:a=0,keepAlive:o=0,disablePong:s,connectionAckWaitTimeout:c=0,retryAttempts:l=5,retryWait:u=async function(e){let t=2**e;await new Promise(e=>setTimeout(e,t*1e3+Math.floor(Math.random()*2700+300)))},shouldRetry:d=Ki,on:f,webSocketImpl:p,generateID:m=function(){return`xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g,e=>{let t=Math.random()*16|0;return(e==`x`?t:t&3|8).toString(16)})},jsonMessageReplacer:h,jsonMessageReviver:g}=e,_;if(p){if(!Ji(p))throw Error(`Invalid WebSocket implementation provided`);_=p}else typeof WebSocket<`u`?_=WebSocket:typeof global<`u`?_=global.WebSocket||global.MozWebSocket:typeof window<`u`&&(_=window.WebSocket||window.MozWebSocket);if(!_)throw Error("WebSocket implementation missing; on Node you can `import WebSocket from 'ws';` and pass `webSocketImpl: WebSocket` to `createClient`");let v=_,y=(()=>{let e=(()=>{let e={};return{on(t,n){return e[t]=n,()=>{delete e[t]}},emit(t){`id`in t&&e[t.id]?.(t)}}})(),t={connecting:f?.connecting?[f.connecting]:[],opened:f?.opened?[f.opened]:[],connected:f?.connected?[f.connected]:[],ping:f?.ping?[f.ping]:[],pong:f?.pong?[f.pong]:[],message:f?.message?[e.emit,f.message]:[e.emit],closed:f?.closed?[f.closed]:[],error:f?.error?[f.error]:[]};return{onMessage:e.on,on(e,n){let r=t[e];return r.push(n),()=>{let e=r.indexOf(n);e>-1&&r.splice(e,1)}},emit(e,...n){for(let r of[...t[e]])r(...n)}}})();function b(e){let t=[y.on(`error`,n=>{t.forEach(e=>e()),e(n)}),y.on(`closed`,n=>{t.forEach(e=>e()),e(n)})];return()=>t.forEach(e=>e())}let x,S=0,C,w=!1,T=0,E=!1;async function D(){clearTimeout(C);let[e,r]=await(x??=new Promise((e,r)=>(async()=>{if(w){if(await u(T),!S)return x=void 0,r({code:1e3,reason:`All Subscriptions Gone`});T++}y.emit(`connecting`,w);let i=new v(typeof t==`function`?await t():t,`graphql-transport-ws`),a,l;function d(){isFinite(o)&&o>0&&(clearTimeout(l),l=setTimeout(()=>{i.readyState===v.OPEN&&(i.send(Ui({type:Bi.Ping})),y.emit(`ping`,!1,void 0))},o))}b(e=>{x=void 0,clearTimeout(a),clearTimeout(l),r(e),e instanceof Gi&&(i.close(4499,`Terminated`),i.onerror=null,i.onclose=null)}),i.onerror=e=>y.emit(`error`,e),i.onclose=e=>y.emit(`closed`,e),i.onopen=async()=>{try{y.emit(`opened`,i);let e=typeof n==`function`?await n():n;if(i.readyState!==v.OPEN)return;i.send(Ui(e?{type:Bi.ConnectionInit,payload:e}:{type:Bi.ConnectionInit},h)),isFinite(c)&&c>0&&(a=setTimeout(()=>{i.close(zi.ConnectionAcknowledgementTimeout,`Connection acknowledgement timeout`)},c)),d()}catch(e){y.emit(`error`,e),i.close(zi.InternalClientError,Ri(e instanceof Error?e.message:String(e),`Internal client error`))}};let f=!1;i.onmessage=({data:t})=>{try{let n=Hi(t,g);if(y.emit(`message`,n),n.type===`ping`||n.type===`pong`){y.emit(n.type,!0,n.payload),n.type===`pong`?d():s||(i.send(Ui(n.payload?{type:Bi.Pong,payload:n.payload}:{type:Bi.Pong},h)),y.emit(`pong`,!1,n.payload));return}if(f)return;if(n.type!==Bi.ConnectionAck)throw Error(`First message cannot be of type ${n.type}`);clearTimeout(a),f=!0,y.emit(`connected`,i,n.payload,w),w=!1,T=0;let r=new Promise((e,t)=>b(t));r.catch(()=>{}),e([i,r])}catch(e){i.onmessage=null,y.emit(`error`,e),i.close(zi.BadResponse,Ri(e instanceof Error?e.message:String(e),`Bad response`))}}})()));e.readyState===v.CLOSING&&await r;let i=()=>{},l=new Promise(e=>i=e);return[e,i,new Promise((t,n)=>{let i=b(n);e.readyState!==v.OPEN&&r.catch(n),l.then(()=>{if(i(),!S){let t=()=>e.close(1e3,`Normal Closure`);isFinite(a)&&a>0?(clearTimeout(C),C=setTimeout(()=>{!S&&e.readyState===v.OPEN&&t()},a)):t()}t()})})]}function ee(e){if(Ki(e)&&(qi(e.code)||[zi.InternalServerError,zi.InternalClientError,zi.BadRequest,zi.BadResponse,zi.Unauthorized,zi.SubprotocolNotAcceptable,zi.SubscriberAlreadyExists,zi.TooManyInitialisationRequests].includes(e.code)))throw e;if(E)return!1;if(Ki(e)&&e.code===1e3)return S>0;if(!l||T>=l||!d(e))throw e;return w=!0}r||(async()=>{for(S++;;)try{let[,,e]=await D();await e}catch(e){try{if(!ee(e))return}catch(e){return i?.(e)}}})();function te(e,t){let n=m(e),r=!1,i=!1,a=()=>{S--,r=!0};return(async()=>{for(S++;;)try{let[o,s,c]=await D();if(r)return c.catch(()=>{}),s();let l=y.onMessage(n,e=>{switch(e.type){case Bi.Next:t.next(e.payload);return;case Bi.Error:i=!0,r=!0,t.error(e.payload),a();return;case Bi.Complete:r=!0,a();return}});o.send(Ui({id:n,type:Bi.Subscribe,payload:e},h)),a=()=>{!r&&o.readyState===v.OPEN&&o.send(Ui({id:n,type:Bi.Complete},h)),S--,r=!0,s()},await c.finally(l);return}catch(e){if(!ee(e))return}})().then(()=>{i||t.complete()}).catch(e=>{t.error(e)}),()=>{r||a()}}return{on:y.on,subscribe:te,iterate(e){let t=[],n={done:!1,error:null,resolve:()=>{}},r=te(e,{next(e){t.push(e),n.resolve()},error(e){n.done=!0,n.error=e,n.resolve()},complete(){n.done=!0,n.resolve()}}),i=async function*(){for(;;){for(t.length||await new Promise(e=>n.resolve=e);t.length;)yield t.shift();if(n.error)throw n.error;if(n.done)return}}();return i.throw=async e=>(n.done||(n.done=!0,n.error=e,n.resolve()),{done:!0,value:void 0}),i.return=async()=>(r(),{done:!0,value:void 0}),i},async dispose(){if(E=!0,x){let[e]=await x;e.close(1e3,`Normal Closure`)}},terminate(){x&&y.emit(`closed`,new Gi)}}}var Gi=class extends Error{name=`TerminatedCloseEvent`;message=`4499: Terminated`;code=4499;reason=`Terminated`;wasClean=!1};function Ki(e){return Ii(e)&&`code`in e&&`reason`in e}function qi(e){return![1e3,1001,1006,1005,1012,1013,1014].includes(e)&&e>=1e3&&e<=1999}function Ji(e){return typeof e==`function`&&`constructor`in e&&`CLOSED`in e&&`CLOSING`in e&&`CONNECTING`in e&&`OPEN`in e}var Yi=15e3,Xi=1e4,Zi=5e3,Qi=3e3,$i=2**31-1;function ea({url:e,session:t,webSocketImpl:n}){let r,i=``,a=!1,o,s,c=e=>{clearTimeout(o),o=setTimeout(()=>u.terminate(),e)},l=e=>{clearTimeout(s),s=setTimeout(async()=>{try{i=await t.token(i),e.readyState===1&&e.send(JSON.stringify({type:`ping`,payload:{accessToken:i}}))}catch{}},Math.min(t.renewsIn(i),$i))},u=Wi({url:e.replace(/^http/,`ws`),connectionParams:async()=>(i=await t.token(),{authorization:`Bearer ${i}`}),...n!==void 0&&{webSocketImpl:ta(n)},keepAlive:Xi,connectionAckWaitTimeout:Yi,lazyCloseTimeout:Qi,retryAttempts:0,on:{connecting:()=>c(Yi),connected(e){r=e,l(r)},ping(e){e||(a=!0,c(Zi))},message({type:e}){e===`pong`&&(a=!1),a?c(Zi):clearTimeout(o)},pong(e,t){e&&t&&`expiresAt`in t&&l(r)},closed(){a=!1,clearTimeout(o),clearTimeout(s)}}});return u}function ta(e){return class extends e{constructor(...e){super(...e),this.addEventListener(`error`,()=>{})}}}function na(){let e=crypto.getRandomValues(new Uint8Array(16));return e[6]=(e[6]??0)&15|64,e[8]=(e[8]??0)&63|128,Array.from(e,e=>e.toString(16).padStart(2,`0`)).join(``).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/,`$1-$2-$3-$4-$5`)}function ra(){let e=null;return{read:()=>e,write:t=>{e=t},watch:()=>()=>{}}}function ia(e=`parlance.session`){let t=null,n=!1,r=()=>{try{localStorage.removeItem(e)}catch{}};return{read(){if(n)return t;try{let t=JSON.parse(localStorage.getItem(e)??`null`);return typeof t?.refreshToken==`string`&&typeof t?.user?.id==`string`?t:null}catch{return t}},write(i){t=i;try{i?localStorage.setItem(e,JSON.stringify(i)):localStorage.removeItem(e),n=!1}catch{n=!0,r()}},watch(t){let r=r=>{(r.key===e||r.key===null)&&(n=!1,t())};return globalThis.addEventListener?.(`storage`,r),()=>globalThis.removeEventListener?.(`storage`,r)}}}function aa(e=`parlance.refresh`){let t=globalThis.navigator?.locks;return t?async n=>await t.request(e,n):ca(e)}var oa=1e4,sa=40;function ca(e){let t=na(),n=()=>{let{tab:t,until:n}=JSON.parse(localStorage.getItem(e)??`{}`);return n>Date.now()&&n<=Date.now()+oa?t:null},r=()=>{n()===t&&localStorage.removeItem(e)},i=async()=>{for(;;){if(n()===null&&(localStorage.setItem(e,JSON.stringify({tab:t,until:Date.now()+oa})),await Zr(sa),n()===t))return;await Zr(sa*(1+Math.random()))}};return async e=>{try{await i()}catch{return e()}globalThis.addEventListener?.(`pagehide`,r);try{return await e()}finally{globalThis.removeEventListener?.(`pagehide`,r),r()}}}var la=15e3;function ua(e,t){return async(n,r,{token:i,signal:a}={})=>{let o=AbortSignal.timeout(la),s;try{s=await(await t(e,{method:`POST`,headers:{accept:`application/graphql-response+json, application/json;q=0.9`,"content-type":`application/json`,...i&&{authorization:`Bearer ${i}`}},body:JSON.stringify({query:n.toString(),variables:r}),signal:a?AbortSignal.any([a,o]):o})).json()}catch(e){throw q.network(e)}if(s.errors?.length)throw q.of(s.errors);if(!s.data)throw q.network(s);return s.data}}function da(e,t){return async(n,r)=>{let i=e(),a=e=>{let i=new Headers(r?.headers);return i.set(`authorization`,`Bearer ${e}`),t(n,{...r,headers:i})},o=await i(),s=await a(o);return s.status===401?a(await i(o)):s}}function fa({url:e,storage:t,lock:n,webSocketImpl:r,fetch:i}){let a=`${e.replace(/\/$/,``)}/graphql`,o=i??((...e)=>globalThis.fetch(...e)),s=ua(a,o),c=new Pi(s,t??(`localStorage`in globalThis?ia():ra()),n??aa()),l=ea({url:a,session:c,webSocketImpl:r});c.onChange(()=>l.terminate());let u=new Set,d=e=>(u.add(e),()=>u.delete(e)),f={socket:l,session:c,nudged:d},p=async(e,t,n,r)=>{let i=await e();try{return await s(t,n,{token:i,signal:r})}catch(a){let{code:o}=q.from(a);if(o!==`TOKEN_EXPIRED`&&o!==`UNAUTHENTICATED`&&o!==`SESSION_REVOKED`)throw a;return s(t,n,{token:await e(i),signal:r})}},m=async(e,t,{signal:n,persist:r}={})=>{let i=c.tokens(),a=()=>p(i,e,t,n);return r?$r(a,{signal:n,nudged:d}):a()};return{session:c,endpoint:a,socket:l,fetch:da(()=>c.tokens(),o),request:m,async sendMessage(e,t={}){let n={...e,clientMessageId:e.clientMessageId??na()};return(await m(bi,{input:n},{...t,persist:!0})).sendMessage},followConversation:e=>Ai(f,e),followInbox:e=>ji(f,e),nudge:()=>{for(let e of[...u])e()}}}var X=fa({url:location.origin});addEventListener(`online`,()=>X.nudge()),document.addEventListener(`visibilitychange`,()=>{document.visibilityState===`visible`&&X.nudge()});var pa=15e3;function ma(e){return new Tr({url:X.endpoint,preferGetMethod:!1,exchanges:[br,Sr],async fetch(t,n){if(X.session.user?.id!==e)throw q.replaced();let r=AbortSignal.timeout(pa),i=n?.signal?AbortSignal.any([n.signal,r]):r;return X.fetch(t,{...n,signal:i})}})}function ha(e){return _r(e.toString())}function ga({graphQLErrors:e,networkError:t}){return e.length>0?q.of(e):q.from(t)}var _a=`parlance.outbox.`,va=class{#e=I([]);unsent=L(()=>this.#e.value.filter(({message:e})=>!e).length);isBusy=L(()=>this.#e.value.some(({message:e,failure:t})=>!e&&!t));#t;#n=new AbortController;#r=new Map;constructor(e){this.#t=_a+e,ya(this.#t);try{let e=JSON.parse(sessionStorage.getItem(this.#t)??`[]`);Array.isArray(e)&&(this.#e.value=e)}catch{}for(let e of this.#e.value)!e.failure&&!e.message&&this.#i(e)}stop(){this.#n.abort(),ya()}of(e){return this.#e.value.filter(t=>t.conversationId===e)}send(e,t,n){let r={clientMessageId:na(),conversationId:e,body:t.trim(),replyTo:n,at:new Date().toISOString(),failure:null,message:null,seenAs:null};this.#s([...this.#e.peek(),r]),this.#i(r)}again(e){this.#o(e.clientMessageId,{failure:null}),this.#i(e)}discard({clientMessageId:e}){this.#s(this.#e.peek().filter(t=>t.clientMessageId!==e))}saw({id:e,body:t},n){let r=this.of(n);if(r.some(({message:t})=>t?.id===e))return;let i=r.filter(({message:e,seenAs:t})=>!e&&!t).find(e=>e.body===t);i&&this.#o(i.clientMessageId,{seenAs:e})}shown(e,t){let n=({message:n,conversationId:r})=>r===e&&n!==null&&n.seq<=t;this.#e.peek().some(n)&&this.#s(this.#e.peek().filter(e=>!n(e)))}requote({id:e,body:t,deletedAt:n}){let r=this.#e.peek();r.some(({replyTo:t})=>t?.id===e)&&this.#s(r.map(r=>r.replyTo?.id===e?{...r,replyTo:{...r.replyTo,body:t,deletedAt:n}}:r))}#i(e){let t=this.#r.get(e.conversationId)??Promise.resolve();this.#r.set(e.conversationId,t.then(()=>this.#a(e)))}async#a({clientMessageId:e,conversationId:t,body:n,replyTo:r}){let i={conversationId:t,body:n,clientMessageId:e,replyToId:r?.id??null};try{let{message:t}=await X.sendMessage(i,{signal:this.#n.signal});this.#o(e,{message:t})}catch(t){if(this.#n.signal.aborted)return;this.#o(e,{failure:q.from(t).message,seenAs:null})}}#o(e,t){let n=this.#e.peek();this.#s(n.map(n=>n.clientMessageId===e?{...n,...t}:n))}#s(e){if(!this.#n.signal.aborted){this.#e.value=e;try{sessionStorage.setItem(this.#t,JSON.stringify(e))}catch{}}}};function ya(e){try{for(let t of Object.keys(sessionStorage))t.startsWith(_a)&&t!==e&&sessionStorage.removeItem(t)}catch{}}var ba=I(null),xa=I(X.session.user),Sa=`parlance.known`,Ca=I(!1);try{Ca.value=localStorage.getItem(Sa)!==null}catch{}ft(()=>{if(xa.value){Ca.value=!0;try{localStorage.setItem(Sa,`yes`)}catch{}}});var wa=I(``),Ta=!1;X.session.onChange(e=>{let t=ba.peek()?.unsent.peek()??0,n=t>0?` ${t===1?`One message was`:`${t} messages were`} not sent.`:``;wa.value=e||Ta?``:`Your session has ended.${n} Please sign in again.`,Pa.value=[],xa.value=e});var Ea=e=>X.session.register(e),Da=e=>X.session.login(e);async function Oa(){Ta=!0;try{await X.session.logout()}finally{Ta=!1}}function ka(){let[,e,t]=location.hash.split(`/`);return e===`c`&&t?{screen:`room`,id:Aa(t)}:{screen:e===`register`||e===`login`?e:`home`}}function Aa(e){try{return decodeURIComponent(e)}catch{return e}}var ja=I(ka());addEventListener(`hashchange`,()=>{ja.value=ka()});var Ma=e=>`#/c/${encodeURIComponent(e)}`;function Na(e){location.hash=e}var Pa=I([]),Fa=5e3,Ia=0;function La(e,t=null){Ia+=1;let n=Ia;Pa.value=[...Pa.peek(),{key:n,words:e,messageId:t}],setTimeout(()=>{Pa.value=Pa.peek().filter(e=>e.key!==n)},Fa)}function Ra(e){Pa.value=Pa.peek().filter(t=>t.messageId!==e)}var za=Symbol.for(`pv`),Ba=0;Array.isArray;function Z(t,n,r,i,a,o){n||={};var s,c,l=n;if(`ref`in l&&typeof t!=`function`)for(c in l={},n)c==`ref`?s=n[c]:l[c]=n[c];var u={type:t,props:l,key:r,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:za,__v:--Ba,__i:-1,__u:0};return(a||o)&&(u.__source=a,u.__self=o),e.vnode&&e.vnode(u),u}var Va={connecting:`Connecting…`,reconnecting:`Connection lost. Reconnecting… What you write is sent as soon as it is back.`,"catching up":`Catching up…`,"caught up":`Back, and up to date. You missed nothing.`};function Ha(){let e=Hr.value;return Z(S,{children:[Z(`div`,{class:`banner-place`,role:`status`,children:e&&Z(`p`,{class:`banner`,"data-state":e,children:[Z(`span`,{class:`dot`,"aria-hidden":`true`}),Va[e]]})}),Z(Ua,{})]})}function Ua(){return Z(`div`,{class:`unseen`,"aria-live":`polite`,children:Pa.value.map(({key:e,words:t})=>Z(`p`,{children:t},e))})}var Wa={back:`M15 5l-7 7 7 7`,close:`M6 6l12 12M18 6L6 18`,compose:`M12 5v14M5 12h14`,down:`M12 5v13m0 0l-6-6m6 6l6-6`,edit:`M4 20l1-4.5L16 4.5l3.5 3.5L8.500 19z`,group:`M9 11a3.2 3.2 0 100-6.400 3.2 3.2 0 000 6.400zM3.500 19a5.500 5.500 0 0111 0M16 5a3 3 0 010 6M17 14a5 5 0 013.500 5`,info:`M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01`,leave:`M14 4h4a2 2 0 012 2v12a2 2 0 01-2 2h-4M10 8l-4 4 4 4M6 12h9`,reply:`M9 7l-5 5 5 5M4 12h9a7 7 0 017 7`,search:`M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4`,send:`M5 12l15-7-5 15-3.500-6z`,trash:`M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13`,tick:`M5 12.500l4.500 4.500L19 7.500`};function Q({name:e}){return Z(`svg`,{class:`icon`,viewBox:`0 0 24 24`,"aria-hidden":`true`,focusable:`false`,children:Z(`path`,{d:Wa[e]})})}function Ga({list:e}){let t=e.isLoaded.value&&e.inOrder.value.length===0;return Z(`main`,{class:`empty`,"aria-label":`No conversation is open`,children:Z(`div`,{children:[Z(`span`,{class:`emblem`,children:Z(Q,{name:`send`})}),Z(`h2`,{children:t?`Say hello to somebody`:`Pick a conversation`}),Z(`p`,{class:`hint`,children:t?`Find people by their name and start the first conversation.`:`Or start another with the plus sign above the list.`})]})})}var Ka=`Deleted account`;function $(e){return e.username.includes(` `)?Ka:`${e.firstName} ${e.lastName}`.trim()||e.username}function qa(e){let t=e.split(/[\s._-]+/).filter(Boolean);return(t.length>1?[t[0],t.at(-1)]:[t[0]]).map(e=>[...e??``][0]??``).join(``).toUpperCase()||`?`}function Ja(e){let t=0;for(let n of e)t=t*31+n.charCodeAt(0)>>>0;return t%8}function Ya(e,t=3){let n=e.length>t+1?e.slice(0,t):e,r=e.length-n.length,i=r>0?`${r} others`:n.at(-1),a=r>0?n:n.slice(0,-1);return a.length>0?`${a.join(`, `)} and ${i}`:i??``}function Xa(e,t){return e.title?e.title:Ya(e.participants.filter(({id:e})=>e!==t).map($),2)||(e.kind===`GROUP`?`Only you`:Ka)}function Za(e,t){let n=e.participants.find(({id:e})=>e!==t);return e.kind===`DIRECT`&&n?n.id:e.id}var Qa=new Intl.DateTimeFormat(void 0,{hour:`numeric`,minute:`2-digit`}),$a=new Intl.DateTimeFormat(void 0,{weekday:`short`}),eo=new Intl.DateTimeFormat(void 0,{day:`numeric`,month:`short`}),to=new Intl.DateTimeFormat(void 0,{weekday:`long`,day:`numeric`,month:`long`,year:`numeric`}),no=new Intl.DateTimeFormat(void 0,{dateStyle:`full`,timeStyle:`medium`}),ro=e=>new Date(e).setHours(0,0,0,0),io=e=>Math.round((ro(new Date)-ro(e))/864e5),ao=e=>Qa.format(new Date(e)),oo=e=>no.format(new Date(e)),so=(e,t)=>ro(new Date(e))===ro(new Date(t));function co(e){let t=new Date(e),n=io(t);return n<=0?Qa.format(t):n===1?`Yesterday`:(n<7?$a:eo).format(t)}function lo(e){let t=new Date(e),n=io(t);return n===0?`Today`:n===1?`Yesterday`:to.format(t)}function uo({id:e,name:t,isGroup:n=!1}){return Z(`span`,{class:`avatar hue-${Ja(e)}`,"aria-hidden":`true`,children:n?Z(Q,{name:`group`}):qa(t)})}function fo({label:e,name:t,type:n=`text`,autocomplete:r,hint:i,wrong:a,...o}){let{isFirst:s=!1,isRequired:c=!0,maxLength:l=254,value:u}=o,d=Ie(),f=N(null);M(()=>{s&&f.current?.focus()},[s,a]);let p=a?`${d}-wrong`:i?`${d}-hint`:void 0;return Z(`div`,{class:`field`,children:[Z(`label`,{for:d,children:e}),Z(`input`,{ref:f,id:d,name:t,type:n,autocomplete:r,autocapitalize:`none`,spellcheck:!1,required:c,maxLength:l,defaultValue:u,"aria-invalid":a?`true`:void 0,"aria-describedby":p}),a?Z(`p`,{class:`wrong`,id:`${d}-wrong`,children:a}):i&&Z(`p`,{class:`hint`,id:`${d}-hint`,children:i})]})}var po=e=>`${e.charAt(0).toUpperCase()}${e.slice(1)}${/[.!?]$/.test(e)?``:`.`}`;function mo(){let[e,t]=j(null),[n,r]=j(!1);return{wrong:e,isBusy:n,forget:()=>t(null),async ask(e){if(n)return null;let i=xa.peek()?.id;r(!0),t(null);let{data:a,error:o}=await e();return r(!1),o&&t(po(ga(o).message)),o||!a||xa.peek()?.id!==i?null:a}}}function ho({message:e,viewerId:t,onShow:n,tabIndex:r=0}){let i=e.sender.id===t?`You`:$(e.sender),a=Z(S,{children:[n&&Z(`span`,{class:`unseen`,children:`In answer to `}),Z(`strong`,{children:i}),Z(`span`,{children:e.deletedAt?`This message was deleted.`:e.body})]});return n?Z(`button`,{type:`button`,class:`quote`,tabIndex:r,onClick:n,children:a}):Z(`span`,{class:`quote`,children:a})}var go=ha(xi),_o=16384,vo=e=>new TextEncoder().encode(e.trim()).length;function yo({room:e}){let t=Ie(),n=N(null),{ask:r,wrong:i,isBusy:a,forget:o}=mo(),[,s]=Rr(go),[c,l,u]=[e.replying.value,e.editing.value,e.draft.value],[d,f]=j(``),p=N(void 0),m=l?d:u,h=t=>{l?f(t):e.draft.value=t};Me(()=>{f(l?.body??``),p.current=l?.body},[e,l?.id]),M(()=>{o(),(c||l||matchMedia(`(pointer: fine)`).matches)&&n.current?.focus()},[e,c?.id,l?.id]),M(()=>{if(!l||p.current===l.body)return;let e=d===p.current;p.current=l.body,e?f(l.body):d.trim()===l.body&&b(l.id)},[l?.revision]),Me(()=>{let e=n.current;e&&(e.style.height=`auto`,e.style.height=`${e.scrollHeight+2}px`)},[m]);let g=vo(m)-_o,_=m.trim()===``,v=g>0?`This is ${g.toLocaleString()} bytes too long.`:i;async function y(){if(!l)return;if(m.trim()===l.body)return S();let t={id:l.id,body:m,expectedRevision:l.revision},n=await r(()=>s({input:t}));n&&e.put(n.editMessage.message),e.editing.peek()?.id===l.id?n&&b(l.id):o()}function b(t){e.editing.peek()?.id===t&&(La(`Saved`),S())}function x(){if(!(_||g>0)){if(l)return void y();e.send(m),e.draft.value=``,n.current?.focus()}}function S(){e.replying.value=null,e.editing.value=null}function C(t){if(!t.isComposing){if(t.key===`Enter`&&!t.shiftKey&&!t.altKey&&matchMedia(`(pointer: fine)`).matches)t.preventDefault(),x();else if(t.key===`Escape`&&(c||l))t.preventDefault(),S();else if(t.key===`ArrowUp`&&m===``&&!l){let n=e.messages.peek().findLast(({sender:t,deletedAt:n})=>t.id===e.viewerId&&!n);if(!n)return;t.preventDefault(),e.replying.value=null,e.editing.value=n}}}let w=l??c;return Z(`form`,{class:`composer`,onSubmit:e=>{e.preventDefault(),x()},children:[w&&Z(`div`,{class:`subject`,children:[Z(Q,{name:l?`edit`:`reply`}),Z(`span`,{class:`unseen`,children:l?`Editing`:`Answering`}),Z(ho,{message:w,viewerId:e.viewerId}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":l?`Stop editing`:`Do not answer this message`,onClick:()=>{S(),n.current?.focus()},children:Z(Q,{name:`close`})})]}),v&&Z(`p`,{class:`wrong`,role:`alert`,id:`${t}-wrong`,children:v}),Z(`div`,{class:`writing`,children:[Z(`label`,{class:`unseen`,for:t,children:l?`New words`:`Message`}),Z(`textarea`,{ref:n,id:t,rows:1,placeholder:l?`New words`:`Write a message`,value:m,"aria-invalid":v?`true`:void 0,"aria-describedby":v?`${t}-wrong`:void 0,onInput:({currentTarget:{value:t}})=>{h(t),l||(t.trim()===``?e.typing.stop():e.typing.pressed())},onKeyDown:C,onBlur:()=>e.typing.stop()}),Z(`button`,{type:`submit`,class:`primary round`,"aria-label":l?`Save`:`Send`,title:l?`Save (Enter)`:`Send (Enter)`,disabled:_||g>0||a&&l!==null,children:Z(Q,{name:l?`tick`:`send`})})]})]})}var bo=()=>document.visibilityState===`visible`&&document.hasFocus(),xo=I(bo());for(let e of[`visibilitychange`,`focus`,`blur`])addEventListener(e,()=>{xo.value=bo()});var So=I(!1),Co=L(()=>xo.value&&So.value);function wo({title:e,onClose:t,children:n}){let r=N(null),i=Ie(),a=N(null);return Me(()=>{let e=r.current;return e?.showModal(),()=>e?.close()},[]),Me(()=>{document.activeElement===document.body&&a.current?.focus()}),Z(`dialog`,{ref:r,"aria-labelledby":i,onCancel:e=>{e.preventDefault(),t()},onClick:e=>e.target===r.current&&t(),children:Z(`div`,{class:`dialog`,children:[Z(`header`,{children:[Z(`h2`,{id:i,tabIndex:-1,ref:a,children:e}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Close`,onClick:t,children:Z(Q,{name:`close`})})]}),n,Z(Ua,{})]})})}function To({title:e,words:t,act:n,error:r,onAct:i,onClose:a}){return Z(wo,{title:e,onClose:a,children:[Z(`p`,{children:t}),r&&Z(`p`,{class:`wrong`,role:`alert`,children:r}),Z(`footer`,{children:[Z(`button`,{type:`button`,class:`quiet`,onClick:a,children:`Cancel`}),Z(`button`,{type:`button`,class:`danger`,onClick:i,children:n})]})]})}var Eo=/(https?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]}])/;function Do({words:e}){return Z(S,{children:e.split(Eo).map((e,t)=>t%2==0?e:Z(`a`,{href:e,target:`_blank`,rel:`noopener noreferrer nofollow`,children:e},`${t} ${e}`))})}var Oo=ha(Si);function ko({room:e,message:t,isFirst:n,isStop:r,isLit:i,onFocus:a,onShow:o}){let{seq:s,sender:c,body:l,sentAt:u,editedAt:d,deletedAt:f,replyTo:p}=t,m=c.id===e.viewerId,h=m?`You`:$(c),g=e.conversation.value?.kind===`GROUP`,_=f!==null,v=N(null),y=v.current?.contains(document.activeElement)??!1;return Me(()=>{_&&y&&v.current?.focus({preventScroll:!0})},[_]),Z(`li`,{ref:v,class:[`message`,m?`own`:`other`,n&&`first`,i&&`lit`,f&&`deleted`].filter(Boolean).join(` `),"data-seq":s,tabIndex:r?0:-1,onFocusCapture:()=>a(s),children:[!m&&g&&Z(`span`,{class:`face`,children:n&&Z(uo,{id:c.id,name:h})}),Z(`div`,{class:`bubble`,children:[Z(`span`,{class:n&&!m&&g?`from`:`unseen`,children:[h,Z(`span`,{class:`unseen`,children:`: `})]}),p&&!f&&Z(ho,{message:p,viewerId:e.viewerId,tabIndex:r?0:-1,onShow:()=>o(p.seq)}),Z(`p`,{class:`body`,children:f?`This message was deleted.`:Z(Do,{words:l})}),Z(`span`,{class:`meta`,children:[d&&!f&&Z(`span`,{title:`Edited ${oo(d)}`,children:`edited`}),Z(`time`,{dateTime:u,title:oo(u),children:ao(u)})]})]}),!f&&Z(Ao,{room:e,message:t,isOwn:m,isStop:r})]})}function Ao({room:e,message:t,isOwn:n,isStop:r}){let[i,a]=j(!1),o=e.me.value?.role,s=n||o===`OWNER`||o===`ADMIN`,c=r?0:-1;return Z(S,{children:[Z(`div`,{class:`actions`,children:[Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Reply`,title:`Reply`,tabIndex:c,onClick:()=>{e.editing.value=null,e.replying.value=t},children:Z(Q,{name:`reply`})}),n&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Edit`,title:`Edit`,tabIndex:c,onClick:()=>{e.replying.value=null,e.editing.value=t},children:Z(Q,{name:`edit`})}),s&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Delete`,title:`Delete`,tabIndex:c,onClick:()=>a(!0),children:Z(Q,{name:`trash`})})]}),i&&Z(jo,{room:e,message:t,onClose:()=>a(!1)})]})}function jo({room:e,message:{id:t},onClose:n}){let{ask:r,wrong:i}=mo(),[,a]=Rr(Oo);return Z(To,{title:`Delete this message?`,words:`It goes for everybody, and cannot be brought back.`,act:`Delete`,error:i,onAct:async()=>{let i=await r(()=>a({input:{id:t}}));i&&(e.put(i.deleteMessage.message),n())},onClose:n})}function Mo({room:e,pending:t}){let{body:n,replyTo:r,failure:i,message:a,at:o}=t;return Z(`li`,{class:`message own first pending ${i?`failed`:``}`,children:[Z(`div`,{class:`bubble`,children:[Z(`span`,{class:`unseen`,children:`You: `}),r&&Z(ho,{message:r,viewerId:e.viewerId}),Z(`p`,{class:`body`,children:n}),Z(`span`,{class:`meta`,children:i?`not sent`:a?ao(o):`sending…`})]}),i&&Z(`p`,{class:`failure`,role:`alert`,children:[po(i),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.again(t),children:`Try again`}),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.discard(t),children:`Discard`})]})]})}var No=150,Po=50;function Fo(e){return{from:e-Po-Po/5,to:e,isAtEnd:!0}}function Io(e,t){let n=Math.min(t,e+Po);return{from:e-Po,to:n,isAtEnd:n===t}}function Lo(e,t,n){let r=e.isAtEnd?n:Math.min(e.to,n);return{from:Math.max(t,Math.min(e.from,r)),to:r,isAtEnd:r===n}}function Ro({from:e,to:t,isAtEnd:n},r){let i=Math.max(r,e-Po),a=Math.min(t,i+No-1);return{from:i,to:a,isAtEnd:n&&a===t}}function zo({from:e,to:t},n){let r=Math.min(n,t+Po);return{from:Math.max(e,r-No+1),to:r,isAtEnd:r===n}}function Bo({from:e,to:t,isAtEnd:n}){return{from:Math.max(e,t-No+1),to:t,isAtEnd:n}}function Vo({from:e,to:t,isAtEnd:n}){let r=Math.min(t,e+No-1);return{from:e,to:r,isAtEnd:n&&r===t}}var Ho=700,Uo=40,Wo=3e5;function Go({room:e}){let t=N(null),n=e.messages.value,[r,i]=[n[0]?.seq??1,n.at(-1)?.seq??0],a=e.firstUnread.value,o=a!==null&&a>e.readSeq.value,[s,c]=j(()=>Fo(i)),l=N(!0),u=N(0),d=N(null),[f,p]=j(!1),[m,h]=j(!1),[g,_]=j(null),[v,y]=j(null),b=Lo(s,r,i),x=l.current?w(b):Vo(b),S=l.current&&Ko(t.current,u.current);S&&(l.current=!1);let C=N(null);C.current=l.current?null:qo(t.current),Me(()=>{let e=t.current;e&&(l.current?T(e):C.current&&Jo(e,C.current),E())});function w(e){let t=Bo(e);return o&&a>=r&&a<t.from?Lo(Io(a,i),r,i):t}function T(t){let n=(e.firstUnread.peek()??0)>e.readSeq.peek()?t.querySelector(`.new-line`):null,r=t.scrollHeight-t.clientHeight;t.scrollTop=n?Math.min(r,n.offsetTop-t.clientHeight/4):r,u.current=t.scrollTop}M(()=>{let e=t.current;if(!e)return;let n=new ResizeObserver(()=>{l.current&&T(e)});return n.observe(e),()=>{n.disconnect(),So.value=!1}},[]);function E(){let n=t.current;if(!n)return;let a=n.scrollHeight-n.clientHeight-n.scrollTop,o=l.current||S;l.current=x.isAtEnd&&a<Uo,u.current=n.scrollTop,o&&!l.current&&c(x),p(!x.isAtEnd||a>n.clientHeight/2),n.scrollTop<Ho?x.from>r?c(Ro(x,r)):e.hasOlder.peek()&&!e.isCutOff.peek()&&e.loadOlder():a<Ho&&!x.isAtEnd&&c(zo(x,i));let s=Yo(n),f=e.firstUnread.peek();s&&s.top<=e.readSeq.peek()+1&&(d.current=f);let m=d.current===f;s&&xo.peek()&&m&&e.markRead(s.bottom),So.value=l.current&&m,h(!m&&(f??0)>e.readSeq.peek())}let D=xo.value;M(()=>{D&&E()},[D]);async function ee(n){let r=await e.reach(n);if(t.current){if(!r)return La(`That message could not be loaded.`);l.current=!1,c(Io(n,e.lastSeq.peek())),y(n),_(n),requestAnimationFrame(()=>{let e=t.current?.querySelector(`[data-seq="${n}"]`);e?.scrollIntoView({block:`center`}),e?.focus({preventScroll:!0})}),setTimeout(()=>y(null),2e3)}}function te(){l.current=!0,c(Fo(e.lastSeq.peek())),p(!1),t.current&&T(t.current)}let ne=e.pending.value,re=ne.at(-1)?.clientMessageId,ie=N(re);Me(()=>{re&&re!==ie.current&&te(),ie.current=re},[re]);function ae(e){let n=e.target.closest(`[data-seq]`);if(!n||e.altKey||e.ctrlKey||e.metaKey)return;let r=[...t.current?.querySelectorAll(`[data-seq]`)??[]],i=r.indexOf(n),a={ArrowUp:i-1,ArrowDown:i+1,Home:0,End:r.length-1}[e.key],o=a===void 0?void 0:r[a];o&&(e.preventDefault(),_(Number(o.dataset.seq)),o.focus())}let O=n.slice(x.from-r,x.to-r+1),oe=Qo(O,e),se=g!==null&&g>=x.from&&g<=x.to?g:x.to;return Z(`div`,{class:`timeline-place`,children:[Z(`div`,{class:`timeline`,ref:t,onScroll:E,children:Z(`ol`,{class:`messages ${m?`under`:``}`,"aria-label":`Messages`,onKeyDown:ae,children:[x.from===r&&!e.hasOlder.value&&Z(`li`,{class:`beginning`,children:`This is where it begins.`},`beginning`),x.from===r&&e.isCutOff.value&&Z(`li`,{class:`beginning`,children:[`What was said before could not be loaded.`,` `,Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.loadOlder(),children:`Try again`})]},`cut off`),O.map((t,n)=>{let r=O[n-1],i=!r||!so(r.sentAt,t.sentAt),o=a===t.seq;return[i&&Z(`li`,{class:`day`,children:Z(`time`,{dateTime:t.sentAt,children:lo(t.sentAt)})},`day ${t.id}`),o&&Z(`li`,{class:`new-line`,children:`New`},`new`),Z(ko,{room:e,message:t,isFirst:i||o||!Zo(r,t),isStop:t.seq===se,isLit:t.seq===v,onFocus:_,onShow:ee},t.id),oe.has(t.seq)&&Z(`li`,{class:`seen`,children:oe.get(t.seq)},`seen ${t.id}`),...e.notices.value.filter(({after:e})=>e===t.seq).map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]}),x.isAtEnd&&ne.map(t=>Z(Mo,{room:e,pending:t},t.clientMessageId)),i===0&&e.notices.value.map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]})}),m&&a!==null&&Z(`div`,{class:`behind`,role:`status`,children:[Z(`span`,{children:Xo(e)}),Z(`button`,{type:`button`,class:`link`,onClick:()=>void ee(a),children:`Show the first`}),Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.markRead(i),children:`Mark as read`})]}),f&&Z(`button`,{type:`button`,class:`to-end`,onClick:te,children:[Z(Q,{name:`down`}),e.readSeq.value<i?`New messages`:`To the newest`]})]})}function Ko(e,t){return!e||e.scrollTop>=t-1?!1:e.scrollHeight-e.clientHeight-e.scrollTop>=Uo}function qo(e){if(!e)return null;let t=e.getBoundingClientRect().top;for(let n of e.querySelectorAll(`[data-seq]`)){let{top:e,bottom:r}=n.getBoundingClientRect();if(r>t)return{seq:n.dataset.seq??``,top:e}}return null}function Jo(e,{seq:t,top:n}){let r=e.querySelector(`[data-seq="${t}"]`),i=r?r.getBoundingClientRect().top-n:0;Math.abs(i)>=1&&(e.scrollTop+=i)}function Yo(e){let{top:t,bottom:n}=e.getBoundingClientRect(),r=[...e.querySelectorAll(`[data-seq]`)],i=r.find(e=>e.getBoundingClientRect().bottom>t),a=r.findLast(e=>e.getBoundingClientRect().top<n-8);return i&&a?{top:Number(i.dataset.seq),bottom:Number(a.dataset.seq)}:null}function Xo(e){let t=e.chats.get(e.id)?.unreadCount??e.conversation.value?.unreadCount??0;return t>=1e3?`1,000 unread or more`:`${t} unread`}function Zo(e,t){return!e||e.sender.id!==t.sender.id?!1:Date.parse(t.sentAt)-Date.parse(e.sentAt)<Wo}function Qo(e,t){let n=e.filter(({sender:e})=>e.id===t.viewerId).map(({seq:e})=>e),r=new Map;for(let e of t.members.all.value.values()){if(e.user.id===t.viewerId)continue;let i=n.findLast(t=>t<=e.readSeq);i!==void 0&&r.set(i,[...r.get(i)??[],e])}let i=t.conversation.value?.kind===`DIRECT`,a=e=>i?`Seen`:`Seen by ${Ya(e.map(({user:e})=>$(e)))}`;return new Map([...r].map(([e,t])=>[e,a(t)]))}function $o({why:e,onRetry:t}){return Z(`p`,{class:`trouble`,role:`alert`,children:[Z(`span`,{children:[`This is not up to date: `,po(e)]}),Z(`button`,{type:`button`,class:`link`,onClick:t,children:`Try again`})]})}var es=100,ts=class{all=I(new Map);hasMore=I(!1);isCutOff=I(!1);#e;#t=new AbortController;#n=new Map;#r=new Map;constructor(e){this.#e=e}start(e,t){this.forget(),this.#i(e),this.hasMore.value=t,t&&this.load()}forget(){this.#t.abort(),this.#n.clear(),this.#r.clear(),this.all.value=new Map,this.hasMore.value=!1,this.isCutOff.value=!1}put(e){this.#n.set(e.user.id,e),this.all.value=new Map(this.all.peek()).set(e.user.id,this.#a(e))}drop(e){this.#n.set(e,null),this.#r.delete(e);let t=new Map(this.all.peek());t.delete(e),this.all.value=t}hasRead(e,t){let n=this.all.peek().get(e);t<=(n?.readSeq??this.#r.get(e)??0)||(n?this.all.value=new Map(this.all.peek()).set(e,{...n,readSeq:t}):this.#r.set(e,t))}async load(){this.#t.abort(),this.#t=new AbortController,this.#n.clear(),this.isCutOff.value=!1;let{signal:e}=this.#t,t={signal:e,persist:!0},n=[];try{for(let r=null;;){let i={id:this.#e,first:es,after:r},{conversation:a}=await X.request(ci,i,t);if(!a||e.aborted)return;if(n.push(...a.members.nodes),r=a.members.pageInfo.endCursor,!a.members.pageInfo.hasNextPage)break}let r=[...this.#n.values()].filter(e=>e!==null);this.#i([...n.filter(({user:e})=>!this.#n.has(e.id)),...r]),this.hasMore.value=!1}catch{e.aborted||(this.isCutOff.value=!0)}}#i(e){this.all.value=new Map(e.map(e=>[e.user.id,this.#a(e)]))}#a(e){let{id:t}=e.user,n=Math.max(this.all.peek().get(t)?.readSeq??0,this.#r.get(t)??0);return n>e.readSeq?{...e,readSeq:n}:e}};function ns(e,t){let n=rs(e.actor,t);switch(e.__typename){case`MemberJoined`:{let{user:r}=e.member,i=rs(r,t);return r.id===e.actor.id?`${i} joined`:`${n} added ${is(i)}`}case`MemberRoleChanged`:{let n={OWNER:`an owner`,ADMIN:`an admin`,MEMBER:`a member`}[e.member.role],r=rs(e.member.user,t);return`${r} ${r===`You`?`are`:`is`} now ${n}`}case`MemberLeft`:{let r=rs(e.user,t);return e.user.id===e.actor.id?`${r} left`:`${n} removed ${is(r)}`}case`ConversationUpdated`:{let{title:t}=e.conversation;return t?`${n} named the group “${t}”`:`${n} took the group’s name away`}}}function rs(e,t){return e.id===t?`You`:$(e)}var is=e=>e===`You`?`you`:e,as=6e3,os=3e3,ss=class{typists=I(new Map);#e=new Map;#t;#n=0;constructor(e){this.#t=e}pressed(){Date.now()-this.#n<os||(this.#n=Date.now(),this.#r(!0))}stop(){this.#n!==0&&(this.#n=0,this.#r(!1))}sent(){this.#n=0}started(e){clearTimeout(this.#e.get(e.id)),this.#e.set(e.id,setTimeout(()=>this.stopped(e.id),as)),this.typists.value=new Map(this.typists.peek()).set(e.id,e)}stopped(e){if(clearTimeout(this.#e.get(e)),!this.#e.delete(e))return;let t=new Map(this.typists.peek());t.delete(e),this.typists.value=t}forget(){for(let e of this.#e.values())clearTimeout(e);this.#e.clear(),this.typists.value=new Map}#r(e){let t={conversationId:this.#t,typing:e};X.request(wi,{input:t}).catch(()=>{})}},cs=60,ls=200,us=class{viewerId;chats;outbox;id;conversation=I(null);messages=I([]);hasOlder=I(!1);isLoaded=I(!1);members;notices=I([]);typing;gone=I(null);trouble=I(null);isCutOff=I(!1);replying=I(null);editing=I(null);draft=I(``);firstUnread=I(null);#e=I(0);readSeq=L(()=>Math.max(this.#e.value,this.conversation.value?.readSeq??0,this.chats.get(this.id)?.readSeq??0));lastSeq=L(()=>this.messages.value.at(-1)?.seq??0);me=L(()=>this.members.all.value.get(this.viewerId));pending=L(()=>this.outbox.of(this.id).filter(({message:e,seenAs:t})=>e?e.seq>this.lastSeq.value:!t));#t=new Map;#n=new AbortController;#r=null;#i=null;#a=null;#o=!1;#s=!1;#c=0;constructor(e,t,n,r){this.viewerId=t,this.chats=n,this.outbox=r,this.id=e,this.typing=new ss(e),this.members=new ts(e)}get hasDraft(){return this.draft.peek().trim()!==``||this.replying.peek()!==null||this.editing.peek()!==null}open(){this.#l(),this.#n=new AbortController;let{signal:e}=this.#n;this.gone.value=null,this.trouble.value=null,this.#r=X.followConversation({conversationId:this.id,load:()=>this.#d(e),onEvent:e=>this.#p(e),onPhase:e=>{Br.value=e,e===`live`&&(this.#s&&this.members.load(),this.#s=!0,this.#c>0&&La(`${this.#c} new messages`),this.#c=0)}}),this.#r.ended.then(t=>{if(!t||e.aborted||t.code===`SIGNED_OUT`)return;let n=ps(t);if(n)return this.#g(n);Br.value=`failed`,this.trouble.value=t.message})}close(){this.typing.stop(),this.#l()}#l(){this.#n.abort(),this.#r?.stop(),this.#r=null,Br.value=null,this.typing.forget(),this.#t.clear(),this.#i=null,this.#a=null,this.#s=!1,this.#c=0,this.isLoaded.value=!1,this.messages.value=[],this.hasOlder.value=!1,this.isCutOff.value=!1,this.members.forget(),this.notices.value=[]}loadOlder(){if(this.#i)return this.#i;let e=this.#f(this.#n.signal).finally(()=>{this.#i===e&&(this.#i=null)});return this.#i=e,e}async reach(e){for(let t=0;t<ls;t+=1){if((this.messages.peek()[0]?.seq??0)<=e)return!0;if(!await this.loadOlder())return!1}return!1}async markRead(e){if(!(e<=this.readSeq.peek()||this.gone.peek())&&(this.#e.value=e,!this.#o)){this.#o=!0;try{for(let e=0;e<this.#e.peek();){e=this.#e.peek();let t={conversationId:this.id,upToSeq:e},{markRead:n}=await X.request(Ci,{input:t},{persist:!0}),{readSeq:r,unreadCount:i}=n.conversation,a=this.conversation.peek();a&&(this.conversation.value={...a,readSeq:r,unreadCount:i}),this.chats.read(this.id,r,i)}}catch{}finally{this.#o=!1}}}send(e){let t=this.replying.peek();this.replying.value=null,this.typing.sent(),(this.firstUnread.peek()??0)<=this.readSeq.peek()&&(this.firstUnread.value=null),this.outbox.send(this.id,e,t)}put(e){if(!this.isLoaded.peek())return;let t=this.messages.peek(),n=e.seq-(t[0]?.seq??e.seq),r=t[n];if(r&&r.revision>=e.revision)return;if(n>t.length)return this.open();n<0&&this.#i&&this.#t.set(e.seq,e);let i=t.slice();n>=0&&(i[n]=e),this.messages.value=e.revision>1?i.map(t=>fs(t,e)):i,e.revision>1&&this.#u(e)}#u(e){Ra(e.id),this.outbox.requote(e);for(let t of[this.replying,this.editing]){let n=t.peek();n?.id===e.id&&n.revision<e.revision&&(t.value=e.deletedAt?null:e)}}async#d(e){let t={id:this.id,last:cs},{server:n,conversation:r}=await X.request(oi,t,{signal:e});if(e.throwIfAborted(),!r)throw new q(`There is no such conversation, or it is not yours.`,`NOT_FOUND`,!1);let{messages:i,members:a,...o}=r;this.#e.value=0,this.firstUnread.value=o.unreadCount>0?o.readSeq+1:null,this.conversation.value=o,this.messages.value=i.nodes;for(let e of i.nodes)e.revision>1&&this.#u(e);return this.hasOlder.value=i.pageInfo.hasPreviousPage,this.#a=i.pageInfo.startCursor,this.members.start(a.nodes,a.pageInfo.hasNextPage),this.isCutOff.value=!1,this.isLoaded.value=!0,this.chats.put(o),this.outbox.shown(this.id,this.lastSeq.value),{eventSeq:o.eventSeq,epoch:n.epoch}}async#f(e){let t=this.#a;if(!this.hasOlder.peek()||t===null)return!1;this.isCutOff.value=!1,this.#t.clear();try{let n={id:this.id,last:cs,before:t},r={signal:e,persist:!0},{conversation:i}=await X.request(yi,n,r);if(e.aborted||!i)return!1;if(this.#a!==t)return!0;let{nodes:a,pageInfo:o}=i.messages,s=[...this.#t.values()],c=a.map(e=>s.reduce(ds,e));return this.#a=o.startCursor,this.messages.value=[...c,...this.messages.peek()],this.hasOlder.value=o.hasPreviousPage,!0}catch{return e.aborted||(this.isCutOff.value=!0),!1}}#p(e){switch(e.__typename){case`MessageAdded`:return this.#m(e.message);case`MessageEdited`:case`MessageDeleted`:return this.put(e.message);case`MemberJoined`:case`MemberRoleChanged`:return this.members.put(e.member),this.#h(e);case`MemberLeft`:{let{actor:t,user:n}=e;if(n.id===this.viewerId){let e=t.id===n.id;return this.#g(e?`You left this conversation.`:`${$(t)} removed you from this conversation.`)}return this.typing.stopped(n.id),this.members.drop(n.id),this.#h(e)}case`ConversationDeleted`:return this.#g(`${rs(e.actor,this.viewerId)} deleted this conversation.`);case`ConversationUpdated`:{let t=this.conversation.peek();return t&&(this.conversation.value={...t,title:e.conversation.title}),this.#h(e)}case`ReadPositionMoved`:return this.members.hasRead(e.user.id,e.readSeq);case`Typing`:return e.user.id===this.viewerId?void 0:e.typing?this.typing.started(e.user):this.typing.stopped(e.user.id)}}#m(e){let t=e.seq>this.lastSeq.peek(),n=e.sender.id===this.viewerId,r=Br.peek()===`live`,i=r&&Co.peek();t&&!n&&!i&&(this.firstUnread.peek()??0)<=this.readSeq.peek()&&(this.firstUnread.value=e.seq),this.put(e),this.typing.stopped(e.sender.id),n?this.outbox.saw(e,this.id):t&&r?La(`${$(e.sender)}: ${e.body}`,e.id):t&&(this.#c+=1),this.outbox.shown(this.id,this.lastSeq.value)}#h(e){let t=ns(e,this.viewerId);this.notices.value=[...this.notices.peek(),{key:e.eventSeq,after:this.lastSeq.peek(),text:t}],La(t)}#g(e){this.gone.peek()||(this.#l(),this.gone.value=e,this.trouble.value=null,this.replying.value=null,this.editing.value=null,this.draft.value=``,this.chats.drop(this.id),La(e))}};function ds(e,t){return e.id===t.id&&e.revision<t.revision?t:fs(e,t)}function fs(e,{id:t,body:n,deletedAt:r}){return e.replyTo?.id===t?{...e,replyTo:{...e.replyTo,body:n,deletedAt:r}}:e}function ps({code:e}){return e===`MEMBERSHIP_ENDED`?`You are not in this conversation any more.`:e===`NOT_FOUND`||e===`BAD_USER_INPUT`?`There is no such conversation, or it is not yours.`:null}var ms=new Map;function hs(e,t,n,r){let i=ms.get(e);if(i&&i.viewerId===t&&i.chats===n)return i;let a=new us(e,t,n,r);return ms.set(e,a),a}function gs(e){e.close(),!e.hasDraft&&ms.get(e.id)===e&&ms.delete(e.id)}function _s(){ms.clear()}var vs=ha(Ti),ys=30,bs=200;function xs({without:e,chosen:t,onPick:n}){let r=Ie(),i=N(null),[a,o]=j(``),s=N(void 0);M(()=>i.current?.focus(),[]);let[{data:c,error:l,fetching:u},d]=Lr({query:vs,variables:{search:a,first:ys},requestPolicy:`cache-and-network`}),f=zr.value===`live`;M(()=>{f&&l&&d({requestPolicy:`network-only`})},[f]);let p=l?void 0:c?.users,m=(p?.nodes??[]).filter(t=>!e.includes(t.id)),h=p&&!u&&m.length===0;return Z(`div`,{class:`people`,children:[Z(`label`,{class:`unseen`,for:r,children:`Find people`}),Z(`div`,{class:`search`,children:[Z(Q,{name:`search`}),Z(`input`,{ref:i,id:r,type:`search`,placeholder:`Find people by name`,autocomplete:`off`,onInput:({currentTarget:{value:e}})=>{clearTimeout(s.current),s.current=setTimeout(()=>o(e.trim()),bs)}})]}),l&&Z(`p`,{class:`wrong`,role:`alert`,children:[po(ga(l).message),` `,Z(`button`,{type:`button`,class:`link`,onClick:()=>d({requestPolicy:`network-only`}),children:`Try again`})]}),Z(`ul`,{class:`found`,children:m.map(e=>{let r=$(e),i=t?.some(t=>t.id===e.id)??!1;return Z(`li`,{children:Z(`button`,{type:`button`,class:`person`,"aria-pressed":t?i:void 0,onClick:()=>n(e),children:[Z(uo,{id:e.id,name:r}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:r}),r!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),i&&Z(Q,{name:`tick`})]})},e.id)})}),Z(`p`,{class:`hint`,role:`status`,children:h?a?`Nobody else is called “${a}”.`:`Nobody else is here yet.`:p?.pageInfo.hasNextPage?`There are more: go on typing.`:``})]})}var Ss=ha(di),Cs=ha(pi),ws=ha(mi),Ts=ha(hi),Es=ha(gi),Ds=ha(fi),Os={OWNER:`Owner`,ADMIN:`Admin`,MEMBER:`Member`};function ks({room:e,onClose:t}){let[n,r]=j(`members`),{ask:i,wrong:a,forget:o}=mo(),[,s]=Rr(Ss),[,c]=Rr(Cs),[,l]=Rr(ws),[,u]=Rr(Ts),[,d]=Rr(Es),[,f]=Rr(Ds),p=e.id,m=[...e.members.all.value.values()],h=e.me.value?.role??`MEMBER`,[g,_]=[h===`OWNER`,h!==`MEMBER`],v=e.conversation.value?.title??``,y=e=>{o(),r(e)};if(n===`leave`||n===`end`){let e=n===`leave`;return Z(To,{title:e?`Leave this group?`:`Delete this group?`,words:e?`You see nothing of it any more unless somebody adds you again.`:`It ends for everybody who is in it, and cannot be brought back.`,act:e?`Leave`:`Delete`,error:a,onAct:async()=>{(e?await i(()=>d({input:{conversationId:p}})):await i(()=>f({input:{id:p}})))&&Na(`#/`)},onClose:()=>y(`members`)})}let b=a&&Z(`p`,{class:`wrong`,role:`alert`,children:a});return n===`add`?Z(wo,{title:`Add people`,onClose:()=>y(`members`),children:[b,Z(xs,{without:m.map(({user:e})=>e.id),chosen:null,onPick:async({id:e})=>{let t={conversationId:p,userIds:[e]};await i(()=>c({input:t}))&&y(`members`)}})]}):Z(wo,{title:`About this group`,onClose:t,children:[b,_&&Z(`form`,{class:`inline`,onSubmit:e=>{e.preventDefault();let t=String(new FormData(e.currentTarget).get(`title`)??``).trim(),n={id:p,title:t||null};i(()=>s({input:n}))},children:[Z(fo,{label:`Name of the group`,name:`title`,value:v,isRequired:!1,maxLength:200},v),Z(`button`,{type:`submit`,children:`Rename`})]}),Z(`div`,{class:`between`,children:[Z(`h3`,{children:[m.length,e.members.hasMore.value&&`+`,` `,m.length===1?`member`:`members`]}),_&&Z(`button`,{type:`button`,onClick:()=>y(`add`),children:`Add people`})]}),e.members.isCutOff.value&&Z(`p`,{class:`wrong`,role:`alert`,children:[`The members could not be loaded.`,` `,Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.members.load(),children:`Try again`})]}),Z(`ul`,{class:`found`,children:m.map(t=>Z(As,{member:t,isViewer:t.user.id===e.viewerId,own:h,onRole:e=>{let n={conversationId:p,userId:t.user.id,role:e};i(()=>u({input:n}))},onRemove:()=>{let e={conversationId:p,userId:t.user.id};i(()=>l({input:e}))}},t.user.id))}),Z(`footer`,{children:[g&&Z(`button`,{type:`button`,class:`danger`,onClick:()=>y(`end`),children:`Delete group`}),Z(`button`,{type:`button`,onClick:()=>y(`leave`),children:`Leave group`})]})]})}function As({member:{user:e,role:t},isViewer:n,own:r,onRole:i,onRemove:a}){let o=$(e),s=!n&&(r===`OWNER`||r===`ADMIN`&&t===`MEMBER`);return Z(`li`,{class:`person`,children:[Z(uo,{id:e.id,name:o}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:n?`${o} (you)`:o}),o!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),r===`OWNER`&&!n?Z(`select`,{"aria-label":`What ${o} may do`,value:t,onChange:({currentTarget:e})=>i(e.value),children:Object.entries(Os).map(([e,t])=>Z(`option`,{value:e,children:t},e))}):Z(`span`,{class:`hint`,children:Os[t]}),s&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Remove ${o}`,title:`Remove`,onClick:a,children:Z(Q,{name:`close`})})]})}function js({id:e,list:t,out:n,viewerId:r}){let i=Ne(()=>hs(e,r,t,n),[e,r,t,n]);M(()=>(i.open(),()=>gs(i)),[i]);let[a,o]=[i.gone.value,i.trouble.value];return Z(`main`,{class:`room`,"aria-labelledby":`title`,children:[Z(Ms,{room:i,list:t}),a?Z(`div`,{class:`empty`,children:Z(`div`,{children:[Z(`h2`,{children:a}),Z(`p`,{children:t.get(e)?Z(`button`,{type:`button`,class:`primary`,onClick:()=>i.open(),children:`Open it again`}):Z(`a`,{class:`button`,href:`#/`,children:`To your conversations`})})]})}):Z(S,{children:[o&&Z($o,{why:o,onRetry:()=>i.open()}),i.isLoaded.value?Z(Go,{room:i}):Z(`div`,{class:`timeline`}),Z(Ns,{room:i}),Z(yo,{room:i})]})]})}function Ms({room:e,list:t}){let[n,r]=j(!1),i=N(null);M(()=>{matchMedia(`(pointer: fine)`).matches||i.current?.focus()},[]);let a=t.get(e.id)??e.conversation.value,o=a?Xa(a,e.viewerId):``,s=a?.kind===`GROUP`,c=e.members.all.value.size,l=[...e.members.all.value.values()].filter(({user:t})=>t.id!==e.viewerId);return Z(`header`,{class:`bar`,children:[Z(`a`,{class:`quiet round back`,href:`#/`,"aria-label":`Back to the list`,children:Z(Q,{name:`back`})}),a&&Z(uo,{id:Za(a,e.viewerId),name:o,isGroup:s}),Z(`div`,{class:`grow`,children:[Z(`h2`,{id:`title`,tabIndex:-1,ref:i,children:o}),s&&c>0&&Z(`p`,{class:`hint`,children:[c,e.members.hasMore.value&&`+`,` `,c===1?`member`:`members`,a?.title&&l.length>0&&`: you, ${Ya(l.map(({user:e})=>$(e)),3)}`]})]}),s&&!e.gone.value&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`About this group`,title:`About this group`,onClick:()=>r(!0),children:Z(Q,{name:`info`})}),n&&!e.gone.value&&Z(ks,{room:e,onClose:()=>r(!1)})]})}function Ns({room:e}){let t=[...e.typing.typists.value.values()].map($);return Z(`p`,{class:`typing`,"aria-live":`off`,children:t.length>0&&Z(S,{children:[Z(`span`,{class:`dots`,"aria-hidden":`true`,children:[Z(`i`,{}),Z(`i`,{}),Z(`i`,{})]}),Ya(t,2),` `,t.length===1?`is`:`are`,` typing`]})})}var Ps=ha(li),Fs=ha(ui);function Is({list:e,viewerId:t,onClose:n}){let[r,i]=j(!1),[a,o]=j([]),{ask:s,wrong:c,isBusy:l}=mo(),[,u]=Rr(Ps),[,d]=Rr(Fs),f=N(na()),p=t=>{e.put(t),n(),Na(Ma(t.id))},m=async e=>{if(r){let t=a.filter(({id:t})=>t!==e.id);return o(t.length<a.length?t:[...a,e])}let t={userId:e.id},n=await s(()=>u({input:t}));n&&p(n.startDirectConversation.conversation)};return Z(wo,{title:r?`New group`:`New conversation`,onClose:n,children:[Z(`fieldset`,{class:`tabs`,children:[Z(`legend`,{class:`unseen`,children:`What to start`}),Z(`button`,{type:`button`,"aria-pressed":!r,onClick:()=>i(!1),children:`With one person`}),Z(`button`,{type:`button`,"aria-pressed":r,onClick:()=>i(!0),children:`A group`})]}),c&&Z(`p`,{class:`wrong`,role:`alert`,children:c}),Z(xs,{without:[t],chosen:r?a:null,onPick:m}),r&&a.length>0&&Z(`ul`,{class:`chips`,"aria-label":`In the group`,children:a.map(e=>Z(`li`,{children:Z(`button`,{type:`button`,"aria-label":`Without ${$(e)}`,onClick:()=>m(e),children:[$(e),Z(Q,{name:`close`})]})},e.id))}),r&&Z(`form`,{onSubmit:async e=>{e.preventDefault();let t=String(new FormData(e.target).get(`title`)??``).trim()||null,n={participantIds:a.map(({id:e})=>e),title:t,clientConversationId:f.current},r=await s(()=>d({input:n}));r&&p(r.createConversation.conversation)},children:[Z(fo,{label:`Name of the group`,name:`title`,isRequired:!1,maxLength:200,hint:`May be left empty.`}),Z(`footer`,{children:Z(`button`,{type:`submit`,class:`primary`,disabled:a.length===0||l,children:[`Create group`,a.length>0&&` with ${a.length}`]})})]})]})}var Ls=400;function Rs({list:e,out:t,user:n,openId:r}){let[i,a]=j(!1),[o,s]=j(!1),c=N(null),l=N(r);M(()=>{!r&&l.current&&c.current?.querySelector(`a[href="${Ma(l.current)}"]`)?.focus(),l.current=r},[r]);let u=N(null),d=()=>{let t=u.current;t?.clientHeight&&!e.isCutOff.peek()&&t.scrollTop+t.clientHeight>t.scrollHeight-Ls&&e.loadMore()},f=e.isLoadingMore.value;Me(()=>{f||d()}),M(()=>{let e=new ResizeObserver(d);return u.current&&e.observe(u.current),()=>e.disconnect()},[e]);let p=e.inOrder.value,m=$(n),[h,g]=[t.unsent.value,e.trouble.value];return Z(`nav`,{class:`sidebar`,ref:c,"aria-label":`Conversations`,children:[Z(`header`,{class:`bar`,children:[Z(uo,{id:n.id,name:m}),Z(`h1`,{class:`grow`,title:`Signed in as ${n.username}`,children:m}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Sign out`,title:`Sign out`,onClick:()=>h>0?s(!0):Oa(),children:Z(Q,{name:`leave`})}),Z(`button`,{type:`button`,class:`primary round`,"aria-label":`New conversation`,title:`New conversation`,onClick:()=>a(!0),children:Z(Q,{name:`compose`})})]}),g&&Z($o,{why:g,onRetry:()=>e.start()}),e.isLoaded.value&&p.length===0&&Z(`div`,{class:`nothing`,children:[Z(`p`,{class:`hint`,children:`No conversations yet.`}),Z(`button`,{type:`button`,class:`primary`,onClick:()=>a(!0),children:`Find people`})]}),Z(`ul`,{class:`rows`,ref:u,onKeyDown:zs,onScroll:d,children:[p.map(e=>Z(Bs,{conversation:e,viewerId:n.id,isOpen:e.id===r},e.id)),e.isCutOff.value&&Z(`li`,{class:`beginning`,children:Z(`p`,{role:`alert`,children:[`More could not be loaded.`,` `,Z(`button`,{type:`button`,class:`link`,onClick:()=>void e.loadMore(),children:`Try again`})]})})]}),o&&Z(To,{title:`Sign out?`,words:`${h===1?`One message is`:`${h} messages are`} not sent yet, and would be lost.`,act:`Sign out`,onAct:Oa,onClose:()=>s(!1)}),i&&Z(Is,{list:e,viewerId:n.id,onClose:()=>a(!1)})]})}function zs(e){let t={ArrowDown:1,ArrowUp:-1}[e.key];if(!t)return;let n=[...e.currentTarget.querySelectorAll(`a`)],r=n[n.indexOf(document.activeElement)+t];r&&(e.preventDefault(),r.focus())}function Bs({conversation:e,viewerId:t,isOpen:n}){let{id:r,kind:i,lastMessage:a,lastActivityAt:o}=e,s=Xa(e,t),c=n&&Co.value?0:e.unreadCount,l=c>=1e3?`999+`:String(c),u=i===`GROUP`,d=a?.sender.id===t?`You: `:u&&a?`${$(a.sender)}: `:``;return Z(`li`,{children:Z(`a`,{class:`row`,href:Ma(r),"aria-current":n?`page`:void 0,"data-unread":c>0,children:[Z(uo,{id:Za(e,t),name:s,isGroup:u}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:s}),Z(`span`,{class:`preview`,children:a?Z(S,{children:[d,a.body]}):`No messages yet`})]}),Z(`span`,{class:`when`,children:[Z(`time`,{dateTime:o,title:oo(o),children:co(o)}),c>0&&Z(`span`,{class:`badge`,children:[l,Z(`span`,{class:`unseen`,children:` unread`})]})]})]})})}var Vs=document.querySelector(`link[rel="icon"]`)?.href,Hs=(e,t)=>String(e.get(t)??``).trim();async function Us(e,t){let[n,r]=[Hs(t,`username`),String(t.get(`password`)??``)];e?await Ea({username:n,email:Hs(t,`email`),password:r}):await Da({...n.includes(`@`)?{email:n}:{username:n},password:r})}function Ws({isNew:e}){let[t,n]=j({}),[r,i]=j(!1),a=async t=>{if(t.preventDefault(),!r&&t.target instanceof HTMLFormElement){i(!0);try{await Us(e,new FormData(t.target)),n({})}catch(t){n(Gs(q.from(t),e))}finally{i(!1)}}},o=[`username`,`email`,`password`].find(e=>t[e])??`username`,s=e=>({name:e,wrong:t[e],isFirst:o===e});return Z(`main`,{class:`sign-in`,children:Z(`div`,{class:`card`,children:[Z(`img`,{class:`mark`,src:Vs,alt:``,width:`48`,height:`48`}),Z(`h1`,{children:e?`Create your account`:`Welcome back`}),Z(`p`,{class:`hint`,children:e?`It takes a name, an e-mail address and a password.`:`Sign in to go on chatting.`}),wa.value&&Z(`p`,{class:`note`,children:wa.value}),t.form&&Z(`p`,{class:`wrong`,role:`alert`,children:t.form}),Z(`form`,{onSubmit:a,noValidate:!0,children:[Z(fo,{...s(`username`),label:e?`User name`:`User name or e-mail`,autocomplete:`username`}),e&&Z(fo,{...s(`email`),label:`E-mail`,type:`email`,autocomplete:`email`}),Z(fo,{...s(`password`),label:`Password`,type:`password`,maxLength:200,autocomplete:e?`new-password`:`current-password`}),Z(`button`,{type:`submit`,class:`primary wide`,"aria-disabled":r,children:r?`One moment…`:e?`Create account`:`Sign in`})]},String(e)),Z(`p`,{class:`other`,children:[e?`You have an account? `:`You are new here? `,Z(`a`,{href:e?`#/login`:`#/register`,onClick:()=>n({}),children:e?`Sign in`:`Create an account`})]})]})})}function Gs({code:e,message:t,fields:n,retryAfterMs:r},i){let a=Object.entries(n).map(([e,t])=>[e,po(t)]);if(a.length>0){let e=e=>!i&&e===`email`?`username`:e;return Object.fromEntries(a.map(([t,n])=>[e(t),n]))}return e===`INVALID_CREDENTIALS`?{password:po(t)}:e===`RATE_LIMITED`?{form:`That was tried too often.${r?` Please wait ${Math.ceil(r/1e3)} seconds.`:``}`}:{form:po(t)}}var Ks=40,qs=class{#e=I(new Map);isLoaded=I(!1);hasMore=I(!1);isLoadingMore=I(!1);isCutOff=I(!1);inOrder=L(()=>[...this.#e.value.values()].sort((e,t)=>Js(t.lastActivityAt,e.lastActivityAt)||Js(t.id,e.id)));trouble=I(null);unread=L(()=>this.inOrder.value.filter(({unreadCount:e})=>e>0).length);#t=null;#n=null;#r=new AbortController;#i=new AbortController;#a=new Set;start(){this.trouble.value=null,this.#t?.stop();let e=!1,t=X.followInbox({load:async t=>{let{server:n,conversations:r}=await X.request(ai,{first:Ks},{signal:t});t.throwIfAborted(),this.#c(),this.#a.clear();let{nodes:i,pageInfo:a}=r;this.#e.value=new Map(i.map(e=>[e.id,e])),this.#n=a.endCursor,this.hasMore.value=a.hasNextPage,this.isCutOff.value=!1,this.isLoaded.value=!0,e=!0;let o=a.hasNextPage?i[0]?.lastActivityAt??null:null;return{epoch:n.epoch,heads:i,activeSince:o}},onEvent:e=>this.#l(e),onPhase:t=>{zr.value=t,t===`live`&&(e||this.#o(),e=!1)}});this.#t=t,t.ended.then(e=>{e&&e.code!==`SIGNED_OUT`&&this.#t===t&&(zr.value=`failed`,this.trouble.value=e.message)})}stop(){this.#t?.stop(),this.#t=null,this.#c()}get(e){return this.#e.value.get(e)}put(e){let{id:t,eventSeq:n}=e,r=this.#e.peek().get(t);r&&r.eventSeq>n||(this.#a.delete(t),this.#d(n=>n.set(t,e)),r&&this.#u(t,r.readSeq))}drop(e){this.#a.add(e),this.#d(t=>t.delete(e))}read(e,t,n){let r=this.#e.peek().get(e);r&&r.readSeq<=t&&this.#d(i=>i.set(e,{...r,readSeq:t,unreadCount:n}))}async loadMore(){if(!this.hasMore.peek()||this.isLoadingMore.peek())return;let{signal:e}=this.#r;this.isLoadingMore.value=!0,this.isCutOff.value=!1;try{let t=await this.#s(this.#n,e);this.#n=t.endCursor,this.hasMore.value=t.hasNextPage}catch{e.aborted||(this.isCutOff.value=!0)}e.aborted||(this.isLoadingMore.value=!1)}async#o(){this.#i.abort(),this.#i=new AbortController;let e=AbortSignal.any([this.#r.signal,this.#i.signal]),t=[...this.#e.peek().values()],n=new Set(t.filter(({unreadCount:e})=>e>0).map(({id:e})=>e));try{let r=null;for(let i=0;n.size>0&&i<t.length;){let{ids:t,hasNextPage:a,endCursor:o}=await this.#s(r,e);for(let e of t)n.delete(e);if(!a)return;i+=t.length,r=o}}catch{}}async#s(e,t){let n={signal:t,persist:!0},{conversations:r}=await X.request(ai,{first:Ks,after:e},n);t.throwIfAborted();let{nodes:i,pageInfo:a}=r;for(let e of i)this.#a.has(e.id)||this.put(e);return{...a,ids:i.map(({id:e})=>e)}}#c(){this.#r.abort(),this.#r=new AbortController,this.isLoadingMore.value=!1}#l(e){switch(e.__typename){case`ConversationAdded`:case`ConversationAdvanced`:this.put(e.conversation);break;case`ConversationRemoved`:this.drop(e.conversationId);break;case`ReadPositionMoved`:this.#u(e.conversationId,e.readSeq)}}async#u(e,t){let n=this.#e.peek().get(e);if(!n||n.readSeq>=t)return;if(t>=n.messageSeq)return this.read(e,t,0);let{signal:r}=this.#r;try{let t={signal:r,persist:!0},{conversation:n}=await X.request(si,{id:e},t);n&&!r.aborted&&this.read(e,n.readSeq,n.unreadCount)}catch{}}#d(e){let t=new Map(this.#e.peek());e(t),this.#e.value=t}},Js=(e,t)=>e<t?-1:+(e>t),Ys=I(null),Xs=I(null);ft(()=>{let e=xa.value?.id;if(!e)return ya();let[t,n]=Ye(()=>[new qs,new va(e)]);return[Ys.value,ba.value,Xs.value]=[t,n,ma(e)],Ye(()=>t.start()),()=>{t.stop(),n.stop(),[Ys.value,ba.value,Xs.value]=[null,null,null],_s(),qr()}});var Zs=e=>e.preventDefault();ft(()=>{if(ba.value?.isBusy.value)return addEventListener(`beforeunload`,Zs),()=>removeEventListener(`beforeunload`,Zs)}),ft(()=>{let e=Ys.value?.unread.value??0;document.title=e>0?`(${e}) Parlance`:`Parlance`});function Qs(){let e=xa.value,[t,n,r]=[Ys.value,ba.value,Xs.value],i=ja.value;if(!e||!t||!n||!r)return Z(Ws,{isNew:i.screen===`register`||i.screen!==`login`&&!Ca.value});let a=i.screen===`room`;return Z(Dr,{value:r,children:[Z(`div`,{class:`app ${a?`in-room`:`in-list`}`,children:[Z(Rs,{list:t,out:n,user:e,openId:a?i.id:null}),a?Z(js,{id:i.id,list:t,out:n,viewerId:e.id},i.id):Z(Ga,{list:t})]}),Z(Ha,{})]},e.id)}var $s=document.getElementById(`app`);$s&&he(Z(Qs,{}),$s);